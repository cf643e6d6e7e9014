/**
 * Opens the session, then shows the chat.
 * @module
 */
import { StrictMode } from 'react'
import { createRoot } from 'react-dom/client'
import { Chat } from './chat.tsx'
import { openSession } from './session.ts'
import './style.css'

const root = createRoot(document.getElementById('root') ?? document.body)
const session = await openSession()
root.render(
  <StrictMode>
    <Chat session={session} />
  </StrictMode>,
)
