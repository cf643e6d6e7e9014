/**
 * A chat as runes: turns, the answer while it grows, and every way in which it can end.
 * @module
 */
import { streamChat } from 'keyless-chat'
import type { Connection } from 'keyless-chat'
import { conversation } from 'keyless-chat/conversation'

/** A chat over a connection. Its members are reactive. */
export class Chat {
  /** The turns so far. A question that got no word for an answer leaves when the next is asked, as it might fail again. */
  messages = $state.raw(conversation().messages)
  /** The answer that is arriving; empty before and after, as it is the last of the messages then. */
  text = $state('')
  /** `stopped` and `failed` keep what had arrived; `cut` is an answer that the model ended early. */
  status = $state<'idle' | 'streaming' | 'complete' | 'cut' | 'stopped' | 'failed'>('idle')
  /** Why it failed: a `ChatError`, whose `code` says what can be done. */
  error = $state.raw<Error>()

  #connection: Connection
  #talk = conversation()
  #running = new AbortController()

  constructor(connection: Connection) {
    this.#connection = connection
  }

  /** Asks a deployment something, unless an answer is arriving. */
  send(model: string, text: string): void {
    if (this.status === 'streaming') return
    if (this.messages.at(-1)?.role === 'user') this.#talk = this.#talk.fork(-1)
    this.#talk.append(text)
    void this.#ask(model)
  }

  /** Asks the last question again, in place of the answer that it got. */
  retry(model: string): void {
    if (this.status === 'streaming') return
    this.#talk = this.#talk.fork(this.messages.findLastIndex(({ role }) => role === 'user') + 1)
    void this.#ask(model)
  }

  /** Ends the answer that is arriving. An arrow, so that it can be handed on. */
  stop = (): void => this.#running.abort()

  async #ask(model: string): Promise<void> {
    const { signal } = (this.#running = new AbortController())
    this.messages = this.#talk.messages
    this.status = 'streaming'
    this.error = undefined
    const stream = streamChat(this.#connection, { model, messages: this.messages }, { signal })
    try {
      for await (const piece of stream.text) this.text += piece
      this.status = (await stream.result).finishReason === 'stop' ? 'complete' : 'cut'
    } catch (error) {
      this.status = signal.aborted ? 'stopped' : 'failed'
      if (!signal.aborted) this.error = error as Error
    }
    // Also what a failure left: the model then knows what it has said.
    this.messages = this.#talk.append(stream.partial).messages
    this.text = ''
  }
}
