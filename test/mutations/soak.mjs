/** What a page would keep of every call, or do too often over hours, and how it is broken: see docs/reliability.md. */
const tests = ['test/runtimes/soak.node.test.ts']
const soak = (guard, file, from, to) => ({ guard, file, from, to, tests, project: 'built' })

export const mutations = [
  soak('A call lets go of its caller\'s signal', 'src/transport/clock.ts', `caller?.removeEventListener('abort', abort)`, ''),
  soak('A call clears its timers', 'src/transport/clock.ts', 'clearTimeout(total)\n    clearTimeout(running)', 'clearTimeout(total)'),
  soak('A call that fails before its answer stops its clock', 'src/transport/transport.ts', 'clock.stop()', ''),
  soak('A request that is given up is ended', 'src/transport/transport.ts', 'body: body ? write(body) : null,\n      signal,', 'body: body ? write(body) : null,\n      signal: new AbortController().signal,'),
  soak('A stream that was read ends its call', 'src/chat/stream.ts', 'controller.abort(END)', 'void END'),
  soak('A stream that is left ends its call', 'src/chat/stream.ts', 'left = true\n    controller.abort()', 'left = true'),
  soak('Nothing of an answer is kept', 'src/chat/stream.ts', 'resolve(answer.copy())', 'resolve(answer.copy())\n      ;((globalThis as unknown as { kept?: unknown[] }).kept ??= []).push(Array.from({ length: 100 }, (_, at) => ({ at, copy: answer.copy() })))'),
  soak('A run of tools lets go of its caller\'s signal', 'src/tools/run.ts', `outer?.removeEventListener('abort', abort)`, ''),
  soak('Callers that come together share one token', 'src/tokens/cache.ts', 'if (running && (claims === undefined || running.claims === claims)) return running', ''),
  soak('A stale token is not used', 'src/tokens/cache.ts', 'staleAt: now + life - Math.min(MARGIN_MS, life / 10)', 'staleAt: now + life * 1000'),
  soak('A rejection of the token provider is not cached', 'src/tokens/cache.ts', '.finally(() => forget(acquisition))', '.then((token) => (forget(acquisition), token))'),
]
