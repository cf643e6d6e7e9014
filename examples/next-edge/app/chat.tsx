'use client'
/**
 * The chat as a component. What a model says is text, never HTML, as it may repeat what somebody else wrote.
 * @module
 */
import { useState } from 'react'
import type { FormEvent } from 'react'
import { connect, isChatError } from 'keyless-chat'
import type { Connection } from 'keyless-chat'
import { brokerTokens } from 'keyless-chat/broker'
import { adviceFor } from './advice.ts'
import { useChat } from './use-chat.ts'

const STATUS = { idle: '', streaming: 'Answering', complete: 'Complete', cut: 'Ended early', stopped: 'Stopped. What came is kept.', failed: '' }

let opened: Connection | undefined

/** To this app's own relay, with tokens of its broker's. Once, and with the first question, as a server that renders the page has no address. */
function connection(): Connection {
  return (opened ??= connect({ endpoint: new URL('/api', location.href), token: brokerTokens('/api/token') }))
}

/** The page: turns, what went wrong, and a line to write in. */
export function Chat(props: { readonly deployment: string }) {
  const { messages, text, status, error, send, stop, retry } = useChat(connection)
  const [deployment, setDeployment] = useState(props.deployment)
  const streaming = status === 'streaming'

  function submit(event: FormEvent<HTMLFormElement>) {
    event.preventDefault()
    if (streaming) return
    send(deployment, String(new FormData(event.currentTarget).get('message')))
    event.currentTarget.reset()
  }

  return (
    <main>
      <header>
        <h1>Chat</h1>
        <p>No key in this page: it calls the relay of this app with tokens that are good for minutes.</p>
      </header>
      <section className="log" aria-label="Conversation" tabIndex={0}>
        <div>
          <ol aria-busy={streaming}>
            {messages.map(({ role, content }, index) => <li key={index} data-role={role}>{String(content)}</li>)}
            {streaming && <li key={messages.length} data-role="assistant">{text}</li>}
          </ol>
          {error && <Failure error={error} retry={() => retry(deployment)} />}
        </div>
      </section>
      <p role="status">{STATUS[status]}</p>
      <form onSubmit={submit}>
        <label>Deployment <input value={deployment} onChange={({ target }) => setDeployment(target.value)} autoComplete="off" spellCheck={false} required /></label>
        <label className="wide">Message <input name="message" autoComplete="off" required /></label>
        {streaming ? <button key="stop" type="button" onClick={stop}>Stop</button> : <button key="send">Send</button>}
      </form>
    </main>
  )
}

/** What happened, what to do, and the way on. */
function Failure({ error, retry }: { readonly error: Error; readonly retry: () => void }) {
  const code = isChatError(error) ? error.code : error.name
  return (
    <div role="alert" data-code={code}>
      <h2>That did not work</h2>
      <p>{isChatError(error) ? adviceFor(error) : error.message}</p>
      <code>{code}</code>
      <button type="button" onClick={retry}>Try again</button>
    </div>
  )
}
