/**
 * A chat as a hook for React 19: turns, the answer while it grows, and every way in which it can end.
 *
 * Copy it into your app and change what you like.
 * @module
 */
import { useCallback, useEffect, useRef, useState } from 'react'
import { streamChat } from 'keyless-chat'
import type { ChatMessage, ChatRequest, Connection } from 'keyless-chat'
import { conversation } from 'keyless-chat/conversation'

/** What is to be seen of a chat. */
export interface ChatState {
  /** The turns so far. A question that got no word for an answer leaves when the next is asked, as it might fail again. */
  readonly messages: readonly ChatMessage[]
  /** The answer that is arriving; empty before and after, as it is the last of the messages then. */
  readonly text: string
  /** `stopped` and `failed` keep what had arrived. */
  readonly status: 'idle' | 'streaming' | 'stopped' | 'failed'
  /** Why it failed: a `ChatError`, whose `code` says what can be done. */
  readonly error?: Error
}

/** A chat, and what can be done with it. The functions stay the same as long as connection and request do. */
export interface Chat extends ChatState {
  /** Asks something, unless an answer is arriving. */
  readonly send: (text: string) => void
  /** Ends the answer that is arriving. */
  readonly stop: () => void
  /** Asks the last question again, in place of the answer that it got. */
  readonly retry: () => void
}

const DEFAULTS: Partial<ChatRequest> = {}

/**
 * Chats over a connection; when the component leaves the page, the answer is stopped.
 *
 * @param request - What is sent with every question; its `messages` begin the chat. Make it once, outside of the component or by `useMemo`.
 */
export function useChat(connection: Connection, request: Partial<ChatRequest> = DEFAULTS): Chat {
  const [begun] = useState(() => conversation({ messages: request.messages }))
  const talk = useRef(begun)
  const running = useRef<() => void>(undefined)
  const [state, setState] = useState<ChatState>({ messages: begun.messages, text: '', status: 'idle' })

  const ask = useCallback(async () => {
    const controller = new AbortController()
    const stream = streamChat(connection, { ...request, messages: talk.current.messages }, { signal: controller.signal })
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
      end('idle')
    } catch (error) {
      end('failed', error as Error)
    }
  }, [connection, request])

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

  const send = useCallback((text: string) => {
    if (running.current) return
    const unanswered = talk.current.messages.at(-1)?.role === 'user'
    talk.current = (unanswered ? talk.current.fork(-1) : talk.current).append(text)
    void ask()
  }, [ask])

  const retry = useCallback(() => {
    const last = talk.current.messages.findLastIndex(({ role }) => role === 'user')
    if (running.current || last < 0) return
    talk.current = talk.current.fork(last + 1)
    void ask()
  }, [ask])

  return { ...state, send, stop, retry }
}
