/**
 * A relay's address in; how fast many streams at a time came out of it out. A process of its own, which looks at as few bytes as will do.
 * Runtime: Node, forked. Imports: nothing.
 * @module
 */
import { connect } from 'node:net'
import process from 'node:process'

const BODY = JSON.stringify({ model: 'chat', stream: true, stream_options: { include_usage: true }, messages: [{ role: 'system', content: 'Answer in one paragraph.' }, { role: 'user', content: 'Why is the sky blue at noon and red in the evening?' }] })
/** How a chunked body ends. No chunk of an event does. */
const END = Buffer.from('\r\n0\r\n\r\n')
/** What is read of a connection at a time; one buffer serves all, as each read is looked at before the next. */
const buffer = Buffer.allocUnsafe(65_536)

const requestOf = (token) => `POST /openai/v1/chat/completions HTTP/1.1\r\nhost: relay.example\r\nauthorization: Bearer ${token}\r\ncontent-type: application/json\r\ncontent-length: ${Buffer.byteLength(BODY)}\r\n\r\n${BODY}`

/** One connection, which asks again when it has been answered. */
async function open(port, token) {
  const request = requestOf(token)
  /** The answer that is waited for, if any. */
  let answer
  const socket = connect({
    port,
    host: '127.0.0.1',
    noDelay: true,
    onread: {
      buffer,
      callback(size) {
        if (answer) take(buffer.subarray(0, size))
        return true
      },
    },
  })
  socket.on('error', (error) => answer?.fail(error))
  socket.on('close', () => answer?.fail(new Error('Cannot read an answer as its connection was closed')))
  await new Promise((done) => socket.once('connect', done))

  function take(bytes) {
    let body = bytes
    answer.bytes += bytes.length
    if (!answer.head) {
      if (!bytes.toString('latin1', 0, 12).endsWith(' 200')) return answer.fail(new Error(`Cannot measure as the answer was: ${bytes.toString('latin1')}`))
      // Written at once by all that are measured, and far shorter than the buffer.
      answer.head = true
      body = bytes.subarray(bytes.indexOf('\r\n\r\n') + 4)
    }
    if (body.length === 0) return
    if (answer.firstMs === undefined) {
      answer.firstMs = performance.now() - answer.started
      answer.first?.()
    }
    const last = body.length >= END.length ? body.subarray(-END.length) : Buffer.concat([answer.last, body]).subarray(-END.length)
    if (!last.equals(END)) return (answer.last = Buffer.from(last))
    const { done, firstMs, bytes: size } = answer
    answer = undefined
    done({ firstMs, bytes: size })
  }

  return {
    socket,
    ask: (first) =>
      new Promise((done, fail) => {
        answer = { started: performance.now(), head: false, firstMs: undefined, bytes: 0, last: Buffer.alloc(0), first, done, fail }
        socket.write(request)
      }),
    forget: () => (answer = undefined),
  }
}

let connections = []

const commands = {
  /** Sets connections up and warms each by an answer. */
  async connect({ port, tokens, streams }) {
    connections = await Promise.all(Array.from({ length: streams }, (_, index) => open(port, tokens[index % tokens.length])))
    await Promise.all(connections.map(async ({ ask }) => ask()))
    return {}
  },

  /** Asks `answers` times on each connection, the first times spread over `spreadMs`. */
  async run({ answers, spreadMs }) {
    const cpu = process.cpuUsage()
    const started = performance.now()
    const firstMs = []
    let bytes = 0
    await Promise.all(
      connections.map(async ({ ask }, index) => {
        if (spreadMs) await new Promise((done) => setTimeout(done, (spreadMs * index) / connections.length))
        for (let count = 0; count < answers; count++) {
          const answer = await ask()
          firstMs.push(answer.firstMs)
          bytes += answer.bytes
        }
      }),
    )
    const { user, system } = process.cpuUsage(cpu)
    return { ms: performance.now() - started, firstMs, bytes, cpuMs: (user + system) / 1000 }
  },

  /** Leaves in the middle of an answer, by closing the connection or by resetting it; says when, by the machine's clock. */
  async leave({ port, tokens, reset, afterMs }) {
    const connection = await open(port, tokens[0])
    const { promise: first, resolve, reject } = Promise.withResolvers()
    connection.ask(resolve).catch((error) => reject(error))
    await first
    await new Promise((done) => setTimeout(done, afterMs))
    connection.forget()
    const leftAt = process.hrtime.bigint().toString()
    if (reset) connection.socket.resetAndDestroy()
    else connection.socket.destroy()
    return { leftAt }
  },

  async close() {
    for (const { socket } of connections) socket.destroy()
    connections = []
    return {}
  },
}

process.on('message', ({ command, ...options }) => {
  commands[command](options).then(
    (result) => process.send({ result }),
    (error) => process.send({ failed: error.message }),
  )
})
process.on('disconnect', () => process.exit())
