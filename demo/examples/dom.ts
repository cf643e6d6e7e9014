/**
 * A chat in the plain DOM. What a model says is text, never HTML: it may repeat what somebody else wrote.
 *
 * Copy it into your page and change what you like.
 * @module
 */
import { streamChat } from 'keyless-chat'
import type { ChatRequest, Connection } from 'keyless-chat'
import { conversation } from 'keyless-chat/conversation'

/**
 * Puts a chat into `root`, and returns a function that takes it away and stops the answer.
 *
 * @param request - What is sent with every question; its `messages`, such as instructions, come first and are not shown.
 */
export function mountChat(root: HTMLElement, connection: Connection, request: Partial<ChatRequest> = {}): () => void {
  let talk = conversation({ messages: request.messages })
  let running: AbortController | undefined
  const list = add(root, 'ol', { style: 'white-space: pre-wrap' })
  const line = add(root, 'p', { role: 'status' })
  const again = add(root, 'button', { type: 'button', hidden: '' }, 'Try again')
  const form = add(root, 'form')
  const question = add(form, 'input', { 'aria-label': 'Message', autocomplete: 'off', required: '' })
  const send = add(form, 'button', {}, 'Send')
  const stop = add(form, 'button', { type: 'button', hidden: '' }, 'Stop')

  async function ask() {
    const { signal } = (running = new AbortController())
    const stream = streamChat(connection, { ...request, messages: talk.messages }, { signal })
    const answer = add(list, 'li', { 'data-role': 'assistant' })
    show('', { busy: true })
    try {
      for await (const text of stream.text) answer.append(text)
      show('')
    } catch (error) {
      show(signal.aborted ? 'Stopped' : (error as Error).message, { failed: true })
    }
    talk.append(stream.partial)
    running = undefined
  }

  function show(words: string, { busy = false, failed = false } = {}) {
    line.textContent = words
    stop.hidden = !busy
    send.hidden = busy
    again.hidden = !failed
  }

  form.onsubmit = (event) => {
    event.preventDefault()
    if (running) return
    if (talk.messages.at(-1)?.role === 'user') {
      // It got no answer, might fail again, and every later one with it.
      talk = talk.fork(-1)
      list.lastChild?.remove()
      list.lastChild?.remove()
    }
    talk.append(question.value)
    add(list, 'li', { 'data-role': 'user' }, question.value)
    form.reset()
    void ask()
  }
  again.onclick = () => {
    talk = talk.fork(talk.messages.findLastIndex(({ role }) => role === 'user') + 1)
    list.lastChild?.remove()
    void ask()
  }
  stop.onclick = () => running?.abort()

  return () => {
    running?.abort()
    root.replaceChildren()
  }
}

/** Adds an element whose text is text. */
function add<Name extends keyof HTMLElementTagNameMap>(parent: HTMLElement, name: Name, attributes: Record<string, string> = {}, text = '') {
  const element = document.createElement(name)
  for (const [attribute, value] of Object.entries(attributes)) element.setAttribute(attribute, value)
  element.append(text)
  return parent.appendChild(element)
}
