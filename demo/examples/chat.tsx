/**
 * A chat as a React component. What a model says is text, never HTML: it may repeat what somebody else wrote.
 * @module
 */
import type { FormEvent } from 'react'
import type { ChatMessage, ChatRequest, Connection } from 'keyless-chat'
import { useChat } from './use-chat.ts'

/** What a chat needs; `request` is made once, as `useChat` says. */
export interface ChatProps {
  readonly connection: Connection
  readonly request?: Partial<ChatRequest>
}

/** A chat with a list of turns and a line to write in. */
export function Chat({ connection, request }: ChatProps) {
  const { messages, text, status, error, send, stop, retry } = useChat(connection, request)
  const streaming = status === 'streaming'

  function submit(event: FormEvent<HTMLFormElement>) {
    event.preventDefault()
    const form = event.currentTarget
    const question = String(new FormData(form).get('question')).trim()
    if (!question || streaming) return
    send(question)
    form.reset()
  }

  return (
    <section>
      <ol aria-busy={streaming}>
        {messages.map((message, index) => <Turn key={index} role={message.role} text={wordsOf(message)} />)}
        {streaming && <Turn key={messages.length} role="assistant" text={text} />}
      </ol>
      <p role="status">{status === 'stopped' && 'Stopped'}</p>
      {error && <p role="alert">{error.message}</p>}
      {(status === 'stopped' || status === 'failed') && <button type="button" onClick={retry}>Try again</button>}
      <form onSubmit={submit}>
        <input name="question" aria-label="Message" autoComplete="off" required />
        {streaming ? <button key="stop" type="button" onClick={stop}>Stop</button> : <button key="send">Send</button>}
      </form>
    </section>
  )
}

/** One turn, with its lines as they are. Instructions and tools are nobody's to read. */
function Turn({ role, text }: { readonly role: ChatMessage['role']; readonly text: string }) {
  if (role !== 'user' && role !== 'assistant') return
  return <li data-role={role} style={{ whiteSpace: 'pre-wrap' }}>{text}</li>
}

/** The words of a message, be they one text or parts, or those with which a model declines. */
function wordsOf({ content, refusal }: ChatMessage): string {
  if (typeof content === 'string') return content
  return content?.map((part) => (part.type === 'text' ? part.text : '')).join('') ?? String(refusal ?? '')
}
