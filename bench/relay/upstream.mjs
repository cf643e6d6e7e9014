/**
 * Requests in, answers of chat events out: an upstream that costs next to nothing, in a process of its own.
 *
 * It writes HTTP by hand, and the same bytes to everybody. How it answers is told by messages, so that all relays can be sent the same request.
 * Runtime: Node, forked. Imports: nothing.
 * @module
 */
import { createServer } from 'node:net'
import process from 'node:process'

/**
 * @typedef {object} Answering
 * @property {number} events How many events an answer has, 3 or more: text, then one with the finish, one with the usage, and `[DONE]`.
 * @property {number} [periodMs] Between two events; 0, as fast as they are taken, unless given. Those after the text come with its last event.
 * @property {number} [delayMs] Before the first event, as a model reads before it writes; none unless given.
 * @property {boolean} [silent] Nothing comes after the first event.
 */

/** The last three events of an answer. */
const ENDING = 3
/** Chunks that are written at once where nothing paces them. */
const BLOCK = 16
/** Ticks in a period: streams are spread over them, as they would be. */
const PHASES = 10
const NEVER = Infinity

const FILTERED = '{"hate":{"filtered":false,"severity":"safe"},"self_harm":{"filtered":false,"severity":"safe"}}'
const completion = (choices, usage) => `data: {"choices":[${choices}],"created":1763990000,"id":"chatcmpl-CqX2m8TzB1","model":"gpt-5-mini-2025-08-07","object":"chat.completion.chunk","usage":${usage}}\n\n`
const choice = (delta, finish) => `{"content_filter_results":${FILTERED},"delta":${delta},"finish_reason":${finish},"index":0,"logprobs":null}`

/** Each event is an HTTP chunk of its own, as Azure sends them. */
const chunk = (text) => Buffer.from(`${Buffer.byteLength(text).toString(16)}\r\n${text}\r\n`)
const HEAD = Buffer.from('HTTP/1.1 200 OK\r\ncontent-type: text/event-stream; charset=utf-8\r\ntransfer-encoding: chunked\r\n\r\n')
const TEXT = chunk(completion(choice('{"content":" word"}', 'null'), 'null'))
const TEXTS = Buffer.concat(Array.from({ length: BLOCK }, () => TEXT))
const END = Buffer.concat([
  chunk(completion(choice('{}', '"stop"'), 'null')),
  chunk(completion('', '{"completion_tokens":300,"prompt_tokens":20,"total_tokens":320}')),
  chunk('data: [DONE]\n\n'),
  Buffer.from('0\r\n\r\n'),
])

/** @type {Answering} */
let answering = { events: ENDING }
/** The streams of each period, by phase. */
const paced = new Map()
let arrivals = 0
/** Connections that wait for the end of an answer. */
const open = new Set()

/** Calls streams once in each period. One timer for all, which catches up where it came late. */
function phasesOf(periodMs) {
  if (paced.has(periodMs)) return paced.get(periodMs)
  const phases = Array.from({ length: PHASES }, () => new Set())
  paced.set(periodMs, phases)
  const started = performance.now()
  let ticks = 0
  setInterval(() => {
    for (const due = ((performance.now() - started) * PHASES) / periodMs; ticks < due; ticks++) for (const write of phases[ticks % PHASES]) write()
  }, periodMs / PHASES)
  return phases
}

function answer(socket) {
  const { events, periodMs = 0, delayMs, silent = false } = answering
  const begin = () => {
    if (silent) socket.write(TEXT)
    else if (periodMs === 0) flatOut(socket, events - ENDING)
    else inPace(socket, events - ENDING, periodMs)
  }
  socket.write(HEAD)
  if (delayMs) setTimeout(begin, delayMs)
  else begin()
}

function flatOut(socket, texts) {
  for (let left = texts; left > 0; left -= BLOCK) {
    if (!socket.write(TEXTS.subarray(0, Math.min(left, BLOCK) * TEXT.length)) && left > BLOCK) return socket.once('drain', () => flatOut(socket, left - BLOCK))
  }
  finish(socket)
}

function inPace(socket, texts, periodMs) {
  if (texts === 0) return finish(socket)
  let left = texts - 1
  socket.write(TEXT)
  const streams = phasesOf(periodMs)[arrivals++ % PHASES]
  const next = () => {
    if (left > 0 && !socket.destroyed) socket.write(TEXT)
    else {
      streams.delete(next)
      finish(socket)
    }
    left--
  }
  streams.add(next)
}

function finish(socket) {
  open.delete(socket)
  socket.write(END)
}

/** Where a request ends, its body included; `NEVER` where it has not come whole. */
function endOf(text) {
  const at = text.indexOf('\r\n\r\n')
  if (at < 0) return NEVER
  const length = /\r\ncontent-length: *(\d+)/i.exec(text.slice(0, at))
  if (length) return at + 4 + Number(length[1])
  const end = text.indexOf('\r\n0\r\n\r\n', at)
  return end < 0 ? NEVER : end + 7
}

const server = createServer({ noDelay: true }, (socket) => {
  let text = ''
  socket.on('data', (bytes) => {
    text += bytes.toString('latin1')
    for (let end = endOf(text); end <= text.length; end = endOf(text)) {
      text = text.slice(end)
      open.add(socket)
      answer(socket)
    }
  })
  socket.on('error', () => {})
  // By the machine's clock, which all processes share.
  socket.on('close', () => open.delete(socket) && process.send({ closedAt: process.hrtime.bigint().toString() }))
})
process.on('message', (message) => {
  answering = message
  process.send({ ready: true })
})
process.on('disconnect', () => process.exit())
server.listen(0, '127.0.0.1', 4096, () => process.send({ port: server.address().port }))
