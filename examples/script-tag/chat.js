/**
 * The chat: what is asked, what arrives, and every way in which it can end.
 * What a model says is text, never HTML, as it may repeat what somebody else wrote.
 * @module
 */
import { adviceFor } from './advice.js'

const { brokerTokens, connect, isChatError, streamChat } = KeylessChat
const { turns, failure, advice, code, again, status, form, send, stop, where } = Object.fromEntries([...document.querySelectorAll('[id]')].map((element) => [element.id, element]))
const setting = (name) => document.querySelector(`meta[name="${name}"]`).content

const foundry = connect({ endpoint: new URL(setting('endpoint'), location.href), token: brokerTokens(setting('token-url')) })
where.textContent = foundry.endpoint.base
form.deployment.value = setting('deployment')

/** What was said, as the next request repeats it. */
let messages = []
let running

async function ask() {
  const { signal } = (running = new AbortController())
  const stream = streamChat(foundry, { model: form.deployment.value, messages }, { signal })
  const answer = addTurn('assistant')
  show('Answering')
  try {
    for await (const text of stream.text) answer.append(text)
    const { finishReason } = await stream.result
    show(finishReason === 'stop' ? 'Complete' : `Ended early: ${finishReason}`)
  } catch (error) {
    if (signal.aborted) show('Stopped. What came is kept.')
    else show('', error)
  }
  // Also what a failure left: the model then knows what it has said.
  const { text } = stream.partial
  if (text) messages = [...messages, { role: 'assistant', content: text }]
  else answer.remove()
}

function show(words, error) {
  const busy = words === 'Answering'
  if (!busy) running = undefined
  status.textContent = words
  turns.ariaBusy = String(busy)
  stop.hidden = !busy
  send.hidden = busy
  failure.hidden = !error
  if (!error) return
  failure.dataset.code = code.textContent = isChatError(error) ? error.code : error.name
  advice.textContent = isChatError(error) ? adviceFor(error) : error.message
}

function addTurn(role, text = '') {
  const turn = document.createElement('li')
  turn.dataset.role = role
  turn.append(text)
  turns.append(turn)
  return turn
}

/** Takes back turns up to the last question; without it, too, where it is asked no more. */
function takeBack({ question }) {
  const last = messages.findLastIndex(({ role }) => role === 'user') + (question ? 0 : 1)
  messages = messages.slice(0, last)
  while (turns.children.length > last) turns.lastChild.remove()
}

form.onsubmit = (event) => {
  event.preventDefault()
  if (running) return
  // A question that got no word for an answer might fail again, and every later one with it.
  if (messages.at(-1)?.role === 'user') takeBack({ question: true })
  const content = form.message.value
  messages = [...messages, { role: 'user', content }]
  addTurn('user', content)
  form.message.value = ''
  void ask()
}
again.onclick = () => {
  takeBack({ question: false })
  void ask()
}
stop.onclick = () => running?.abort()
