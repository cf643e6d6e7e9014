/**
 * The chat: what is asked, what arrives, and every way in which it can end.
 * What a model says is text, never HTML, as it may repeat what somebody else wrote.
 * @module
 */
import { connect, isChatError, streamChat } from 'keyless-chat'
import { brokerTokens } from 'keyless-chat/broker'
import { conversation } from 'keyless-chat/conversation'
import { adviceFor } from './advice.ts'
import { byId } from './dom.ts'

const turns = byId('turns', HTMLOListElement)
const failure = byId('failure', HTMLElement)
const deployment = byId('deployment', HTMLInputElement)
const message = byId('message', HTMLInputElement)

// The relay and the broker of its tokens are the page's own Worker.
const foundry = connect({ endpoint: location.origin, token: brokerTokens('/token') })
byId('where', HTMLElement).textContent = foundry.endpoint.base

let talk = conversation()
let running: AbortController | undefined

async function ask() {
  const { signal } = (running = new AbortController())
  const stream = streamChat(foundry, { model: deployment.value, messages: talk.messages }, { signal })
  const answer = addTurn('assistant')
  show('Answering')
  try {
    for await (const text of stream.text) answer.append(text)
    const { finishReason } = await stream.result
    show(finishReason === 'stop' ? 'Complete' : `Ended early: ${finishReason}`)
  } catch (error) {
    if (signal.aborted) show('Stopped. What came is kept.')
    else show('', error as Error)
  }
  // Also what a failure left: the model then knows what it has said.
  talk.append(stream.partial)
  if (talk.messages.at(-1)?.role === 'user') answer.remove()
}

function show(words: string, error?: Error) {
  const busy = words === 'Answering'
  if (!busy) running = undefined
  byId('status', HTMLElement).textContent = words
  turns.ariaBusy = String(busy)
  byId('stop', HTMLButtonElement).hidden = !busy
  byId('send', HTMLButtonElement).hidden = busy
  failure.hidden = !error
  if (!error) return
  const code = isChatError(error) ? error.code : error.name
  failure.dataset['code'] = code
  byId('code', HTMLElement).textContent = code
  byId('advice', HTMLElement).textContent = isChatError(error) ? adviceFor(error) : error.message
}

function addTurn(role: 'user' | 'assistant', text = '') {
  const turn = document.createElement('li')
  turn.dataset['role'] = role
  turn.append(text)
  return turns.appendChild(turn)
}

/** Takes back all turns from one on. */
function takeBack(at: number) {
  talk = talk.fork(at)
  while (turns.children.length > at) turns.lastChild?.remove()
}

byId('form', HTMLFormElement).onsubmit = (event) => {
  event.preventDefault()
  if (running) return
  // A question that got no word for an answer might fail again, and every later one with it.
  if (talk.messages.at(-1)?.role === 'user') takeBack(talk.messages.length - 1)
  talk.append(message.value)
  addTurn('user', message.value)
  message.value = ''
  void ask()
}
byId('again', HTMLButtonElement).onclick = () => {
  takeBack(talk.messages.findLastIndex(({ role }) => role === 'user') + 1)
  void ask()
}
byId('stop', HTMLButtonElement).onclick = () => running?.abort()
