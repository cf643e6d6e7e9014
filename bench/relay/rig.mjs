/**
 * Kinds of Workers in, each in a workerd of its own before one upstream, and ways to load them, out.
 * Runtime: Node. Imports: the built package, `scripts/`.
 * @module
 */
import { fork } from 'node:child_process'
import { mkdtempSync, readFileSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { fileURLToPath } from 'node:url'
import { mintRelayToken } from 'keyless-chat/edge'
import { bundleWorker } from '../../scripts/bundle-worker.mjs'
import { startWorkerd } from '../../scripts/workerd.mjs'

/** Callers, each with a token, and with a Durable Object where there is a quota. */
const SUBJECTS = 50
/** A secret of nothing. */
const KEYS = [{ kty: 'oct', kid: '2026-11', alg: 'HS256', k: 'a2V5bGVzcy1jaGF0LXRlc3Qta2V5LW9mLTMyLWJ5dGVzISE' }]
/** What `/proc` counts in, in milliseconds: `USER_HZ` is 100 on every Linux. */
const TICK_MS = 10
/** After connections were closed, until nobody is busy with that any more. */
const SETTLE_MS = 150
/** Events have at least so many bytes on average, whatever an answer's length: fewer, and some have not come. */
const MIN_EVENT_BYTES = 150

const fileOf = (name) => fileURLToPath(new URL(name, import.meta.url))
const sleep = (ms) => new Promise((done) => setTimeout(done, ms))

/** Processor time that a process has used, all its threads together, in milliseconds; `undefined` where there is no `/proc`. */
function cpuMs(pid) {
  try {
    // Behind the name, which may hold anything: user and system time are the 14th and 15th field. https://man7.org/linux/man-pages/man5/proc_pid_stat.5.html
    const fields = readFileSync(`/proc/${pid}/stat`, 'utf8').split(') ').at(-1).split(' ')
    return (Number(fields[11]) + Number(fields[12])) * TICK_MS
  } catch {
    return undefined
  }
}

/** A forked process that is told things, and what it says. */
function start(name, onMessage) {
  const child = fork(fileOf(name), { stdio: ['ignore', 'inherit', 'inherit', 'ipc'] })
  const waiting = []
  child.on('message', (message) => onMessage(message) || waiting.shift()?.done(message))
  child.once('exit', () => waiting.forEach(({ fail }) => fail(new Error(`Cannot go on as ${name} has ended`))))
  const next = () => new Promise((done, fail) => waiting.push({ done, fail }))
  return {
    pid: child.pid,
    next,
    async tell(message) {
      const answer = next()
      child.send(message)
      const { failed, result } = await answer
      if (failed) throw new Error(failed)
      return result
    },
    stop: () => child.kill(),
  }
}

/**
 * Starts everything.
 *
 * @param {readonly string[]} kinds
 */
export async function startRig(kinds) {
  const folder = mkdtempSync(join(tmpdir(), 'keyless-chat-bench-'))
  const script = await bundleWorker({ entry: fileOf('worker.mjs'), file: join(folder, 'worker.js') })
  let onClosed = () => {}
  const upstream = start('upstream.mjs', ({ closedAt }) => {
    if (closedAt) onClosed(BigInt(closedAt))
    return closedAt
  })
  const { port } = await upstream.next()
  const client = start('client.mjs', () => false)
  const relayKeys = { keys: KEYS, audience: 'https://relay.example' }
  const tokens = await Promise.all(Array.from({ length: SUBJECTS }, async (_, index) => (await mintRelayToken(relayKeys, { subject: `user-${index}`, lifetimeSeconds: 3600 })).token))
  const text = { UPSTREAM: `http://127.0.0.1:${port}`, UPSTREAM_TOKEN: 'eyJ0eXAiOiJKV1QifQ.e30.c2lnbmF0dXJl', RELAY_KEYS: JSON.stringify(KEYS) }
  const workers = new Map()
  for (const kind of kinds) workers.set(kind, await startWorkerd({ script, text: { ...text, KIND: kind }, objects: { QUOTA: 'QuotaObject' } }))
  const portOf = (kind) => Number(new URL(workers.get(kind).url).port)

  return {
    /** Loads one kind and measures it. */
    async run(kind, { streams, answers, events, periodMs, delayMs, spreadMs }) {
      await upstream.tell({ events: 3 })
      await client.tell({ command: 'connect', port: portOf(kind), tokens, streams })
      await upstream.tell({ events, periodMs, delayMs })
      const pids = [workers.get(kind).pid, upstream.pid]
      const before = pids.map(cpuMs)
      const { ms, firstMs, bytes, cpuMs: clientMs } = await client.tell({ command: 'run', answers, spreadMs })
      const [workerMs, upstreamMs] = pids.map((pid, index) => cpuMs(pid) - before[index])
      await client.tell({ command: 'close' })
      await sleep(SETTLE_MS)
      const count = streams * answers * events
      if (bytes < count * MIN_EVENT_BYTES) throw new Error(`Cannot measure as ${count} events were asked for and ${bytes} bytes came`)
      return { ms, firstMs, count, answers: streams * answers, workerMs, upstreamMs, clientMs }
    },

    /** Leaves in the middle of an answer; from then until the upstream's connection is closed, in milliseconds. */
    async leave(kind, { reset, silent, afterMs }) {
      await upstream.tell({ events: 1000, periodMs: 20, silent })
      const closed = new Promise((done) => (onClosed = done))
      const { leftAt } = await client.tell({ command: 'leave', port: portOf(kind), tokens, reset, afterMs })
      return Number((await closed) - BigInt(leftAt)) / 1e6
    },

    async stop() {
      client.stop()
      upstream.stop()
      await Promise.all([...workers.values()].map(({ stop }) => stop()))
      rmSync(folder, { recursive: true, force: true })
    },
  }
}
