/**
 * A service on loopback, in a process of its own: answers at once, flows, or falls silent, and says when a connection has closed.
 * Told by messages `{ mode }`, which it repeats when they hold; tells `{ closed }`, the time in nanoseconds, for answers that were left.
 * Runtime: Node, by fork(). Imports: nothing of the package.
 * @module
 */
import { createServer } from 'node:http'
import process from 'node:process'
import { answerOf } from './wire.mjs'

const FLOW_MS = 5
const { events } = answerOf(20)
/** What the service sends before the first word ends is one block, as where it answers at once. */
const begun = events.slice(0, 4).join('')
let mode = 'answer'

const server = createServer((request, response) => {
  request.resume()
  response.writeHead(200, { 'content-type': 'text/event-stream; charset=utf-8', 'access-control-allow-origin': '*' })
  if (mode === 'answer') {
    response.write(begun)
    // The rest in a block of its own, so that the first event has not to wait for it.
    return void setImmediate(() => response.end(events.slice(4).join('')))
  }
  response.write(begun)
  const timer = mode === 'flow' ? setInterval(() => response.write(events[4]), FLOW_MS) : undefined
  response.on('close', () => {
    clearInterval(timer)
    process.send({ closed: String(process.hrtime.bigint()) })
  })
})

process.on('message', (message) => {
  if (message.mode === 'let go') server.closeAllConnections()
  else mode = message.mode
  process.send(message)
})
process.on('disconnect', () => process.exit())
server.listen(0, '127.0.0.1', () => process.send({ port: server.address().port }))
