/**
 * What was seen of a soak in, Markdown out.
 * Runtimes: all. Imports: `./checks.ts` (types), `./soak.ts` (types).
 * @module
 */
import type { Check, Seen } from './checks.ts'

/** Calls by what they were and what came of them, the rarest last. */
export function outcomeTable({ done }: Seen): string {
  const kinds = Map.groupBy(done, ({ call }) => call.kind)
  const rows = [...kinds].map(([kind, calls]) => {
    const outcomes = [...Map.groupBy(calls, ({ report }) => report?.outcome ?? 'none')].map(([outcome, { length }]) => (length === calls.length ? outcome : `${outcome} ${length}`))
    return { kind, count: calls.length, outcomes: outcomes.join(', ') }
  })
  rows.sort((a, b) => b.count - a.count || a.kind.localeCompare(b.kind))
  return ['| what happens | calls | what comes of it |', '| --- | --: | --- |', ...rows.map(({ kind, count, outcomes }) => `| ${kind} | ${count} | ${outcomes} |`)].join('\n')
}

/** The section of docs/reliability.md. */
export function summary({ checks, seen, seconds, browser }: { readonly checks: readonly Check[]; readonly seen: Seen; readonly seconds: number; readonly browser: string }, seed: number): string {
  const { done } = seen
  const heap = checks.find(({ name }) => name === 'the heap stays flat')
  return `\`npm run soak\`: one page in ${browser} makes ${done.length} calls, up to six at once, to an emulator of another origin over real sockets. Its clock is put on, so that two
hours of tokens expire in ${Math.round(seconds / 60)} minutes. What the library promises is asserted of every call (seed ${seed}):

| what holds | what was seen |
| --- | --- |
${checks.map(({ name, passed, found }) => `| ${name} | ${passed ? '' : '**no**: '}${found} |`).join('\n')}

The heap after forced collection, by a line through samples from call ${seen.warmUp} on: ${heap?.found ?? ''}.

![The heap over ${done.length} calls](charts/heap.svg)

${outcomeTable(seen)}`
}
