/**
 * A chat as a hook: turns, the answer while it grows, and every way in which it can end.
 * @module
 */
import { useCallback, useEffect, useRef, useState } from 'react'
import { streamChat } from 'keyless-chat'
import type { ChatMessage, Connection } from 'keyless-chat'
import { conversation } from 'keyless-chat/conversation'

/** What is to be seen of a chat. */
export interface ChatState {
  /** The turns so far. A question that got no word for an answer leaves when the next is asked, as it might fail again. */
  readonly messages: readonly ChatMessage[]
  /** The answer that is arriving; empty before and after, as it is the last of the messages then. */
  readonly text: string
  /** `stopped` and `failed` keep what had arrived; `cut` is an answer that the model ended early. */
  readonly status: 'idle' | 'streaming' | 'complete' | 'cut' | 'stopped' | 'failed'
  /** Why it failed: a `ChatError`, whose `code` says what can be done. */
  readonly error?: Error
}

/** A chat, and what can be done with it. The functions stay the same as long as `connection` does. */
export interface Chat extends ChatState {
  /** Asks a deployment something, unless an answer is arriving. */
  readonly send: (model: string, text: string) => void
  /** Ends the answer that is arriving. */
  readonly stop: () => void
  /** Asks the last question again, in place of the answer that it got. */
  readonly retry: (model: string) => void
}

/** Chats over a connection, which is opened with the first question; when the component leaves the page, the answer is stopped. */
export function useChat(connection: () => Connection): Chat {
  const [begun] = useState(() => conversation())
  const talk = useRef(begun)
  const running = useRef<() => void>(undefined)
  const [state, setState] = useState<ChatState>({ messages: begun.messages, text: '', status: 'idle' })

  const ask = useCallback(async (model: string) => {
    const controller = new AbortController()
    const stream = streamChat(connection(), { model, messages: talk.current.messages }, { signal: controller.signal })
    let text = ''
    let frame = 0

    function show(status: ChatState['status'], error?: Error) {
      setState({ messages: talk.current.messages, text, status, ...(error && { error }) })
    }

    /** Whoever comes first ends the answer: its last word, a failure, or who leaves it. */
    function end(status: ChatState['status'], error?: Error) {
      if (running.current !== leave) return
      running.current = undefined
      cancelAnimationFrame(frame)
      // Also what a failure left: the model then knows what it has said.
      talk.current.append(stream.partial)
      text = ''
      show(status, error)
    }

    function leave() {
      controller.abort()
      end('stopped')
    }

    running.current = leave
    show('streaming')
    try {
      for await (const piece of stream.text) {
        text += piece
        // Words come faster than a screen can show them.
        cancelAnimationFrame(frame)
        frame = requestAnimationFrame(() => show('streaming'))
      }
      end((await stream.result).finishReason === 'stop' ? 'complete' : 'cut')
    } catch (error) {
      end('failed', error as Error)
    }
  }, [connection])

  const stop = useCallback(() => running.current?.(), [])
  const gone = useRef(false)
  useEffect(() => {
    gone.current = false
    return () => {
      gone.current = true
      // StrictMode takes effects back and has them again at once, and that may be after a first question: it goes on.
      queueMicrotask(() => gone.current && stop())
    }
  }, [stop])

  const send = useCallback((model: string, text: string) => {
    if (running.current) return
    const unanswered = talk.current.messages.at(-1)?.role === 'user'
    talk.current = (unanswered ? talk.current.fork(-1) : talk.current).append(text)
    void ask(model)
  }, [ask])

  const retry = useCallback((model: string) => {
    const last = talk.current.messages.findLastIndex(({ role }) => role === 'user')
    if (running.current || last < 0) return
    talk.current = talk.current.fork(last + 1)
    void ask(model)
  }, [ask])

  return { ...state, send, stop, retry }
}
