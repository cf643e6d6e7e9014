/**
 * Quotas over a real Deno KV, for tests that run elsewhere: one JSON object a line in, one out.
 * `deno run --unstable-kv test/quota/deno-kv.mjs [database]`; without a name the database is in memory.
 *
 * In: `{ id, make: limits, prefix }`, `{ id, quota, reserve: request, now }`, `{ id, grant, settle: tokens }`, `{ id, keys: prefix }`.
 * Out: `{ id, answer }` or `{ id, error: { name, message } }`.
 * @module
 */
import { denoKvQuota } from '../../src/quota/index.ts'

const kv = await Deno.openKv(Deno.args[0] ?? ':memory:')
const quotas = new Map()
const grants = new Map()
let time

async function answerTo({ id, make, prefix, quota, reserve, now, grant, settle, keys }) {
  if (make) return void quotas.set(id, denoKvQuota(kv, make, { prefix, now: () => time }))
  if (keys !== undefined) {
    const found = []
    for await (const { key, value } of kv.list({ prefix: [keys] })) found.push({ key, value })
    return found
  }
  if (grant !== undefined) return grants.get(grant).settle(settle)
  time = now
  const verdict = await quotas.get(quota).reserve(reserve)
  if (verdict.granted) grants.set(id, verdict)
  return verdict
}

async function serve(line) {
  const asked = JSON.parse(line)
  const answer = await answerTo(asked).then((value) => ({ answer: value }), ({ name, message }) => ({ error: { name, message } }))
  console.log(JSON.stringify({ id: asked.id, ...answer }))
}

let rest = ''
for await (const text of Deno.stdin.readable.pipeThrough(new TextDecoderStream())) {
  const lines = (rest + text).split('\n')
  rest = lines.pop() ?? ''
  // Not one after another: that they come at once is what is tested.
  for (const line of lines) void serve(line)
}
kv.close()
