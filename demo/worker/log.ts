/**
 * What became of requests, as lines of JSON: ids, counts and times, never words and never tokens.
 * @module
 */
import type { RelayFinishInfo, RelayHooks } from 'keyless-chat/edge'

/** The relay's hooks. Where logs are kept long, mind that `subject` tells sessions apart. */
export const hooks: RelayHooks = {
  onFinish: (info) => console.log(lineOf(info)),
}

function lineOf({ id, subject, deployment, status, ending, code, error, upstream, attempts, usage, chargedTokens, bytes, timings }: RelayFinishInfo): string {
  const said = error === undefined ? undefined : error instanceof Error ? error.message : 'something that is no error was thrown'
  return JSON.stringify({ event: 'chat', id, subject, deployment, status, ending, code, error: said, upstream, attempts: attempts.length, tokens: usage?.total_tokens, chargedTokens, bytes, ...timings })
}
