/**
 * The page: its chat runs in the browser, and streams from the route below `api`.
 * @module
 */
import { Chat } from './chat.tsx'

export default function Page() {
  return <Chat deployment={process.env['DEPLOYMENT'] ?? 'gpt-5-mini'} />
}
