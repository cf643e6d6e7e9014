/**
 * Guards of the client and the servers, room by room, and how each is broken: see docs/reliability.md.
 *
 * What stands here is held by a promise of docs/design.md or of a docstring. `npm run mutate -- guards --only src/tokens` tries those of one room.
 */

/** The guards of one file; tests are the file's unless a row names its own. */
function of(file, tests, rows) {
  return rows.map(([guard, from, to, own = tests]) => ({ guard, file, from, to, tests: [own].flat() }))
}

const decode = 'test/sse/decode.test.ts'
const fold = 'test/chat/fold.test.ts'
const faults = 'test/conformance/faults.test.ts'
const secrets = 'test/conformance/secrets.test.ts'
const leaving = 'test/conformance/leaving.test.ts'
const relay = 'test/edge/relay.server.test.ts'
const guard = 'test/edge/guard.server.test.ts'
const failover = 'test/edge/failover.server.test.ts'
const passage = 'test/edge/passage.server.test.ts'
const spend = 'test/edge/spend.server.test.ts'

export const mutations = [
  ...of('src/errors.ts', secrets, [
    ['An error of another copy of the library is known by its name and code', "error?.name === 'ChatError' && typeof error.code === 'string'", "error?.name === 'ChatError'", 'test/fuzz/edges.test.ts'],
  ]),
  ...of('src/sse/parse.ts', decode, [
    ['A message beyond maxMessageBytes is refused', 'size > maxMessageBytes', 'false'],
    ['A BOM at the very start is passed over', "let skip = '\\uFEFF'", "let skip = ''"],
    ['The LF of a CRLF that was cut is no line of its own', "if (text.endsWith('\\r')) skip", "if (false) skip"],
    ['Lines end with CR, LF or CRLF', '/\\r\\n?|\\n/', '/\\r?\\n/'],
    ['One space behind the colon is no part of a value', "line[colon + 1] === ' ' ? colon + 2 : colon + 1", 'colon + 1'],
    ['Data lines are joined by a line feed', '`${data}\\n${value}`', '`${data}${value}`'],
    ['The event type ends with its message', "      event = ''\n", '\n'],
  ]),
  ...of('src/sse/decode.ts', decode, [
    ['Messages that came before a failure are given first', 'if (!messages.length) throw error', 'throw error'],
    ['An id with a NUL is ignored', " && !value.includes('\\0')", '', 'test/fuzz/edges.test.ts'],
    ['A retry is digits alone', '/^\\d+$/.test(value)', 'value'],
    ['Leaving the loop cancels the body', 'reader.cancel().catch(() => {})', ''],
  ]),
  ...of('src/sse/encode.ts', decode, [
    ['An event type with a line end is refused', "LINE_END.test(value) ||", 'false ||'],
  ]),
  ...of('src/schemas/parse.ts', 'test/schemas/wire.test.ts', [
    ['A known field of the wrong type is `malformed`', 'if (found !== kind) {', 'if (false) {'],
    ['The path that is wrong is named', 'const path = parent + name', "const path = ''"],
    ['`null` is as good as absent', 'if (value == null) return undefined', 'if (value === undefined) return undefined', fold],
    ['An array is no object', "Array.isArray(value) ? 'array' : typeof value", 'typeof value'],
  ]),
  ...of('src/schemas/failure.ts', 'test/schemas/failure.test.ts', [
    ['What the service says of itself has no token', '=> redact(typeof', '=> (typeof', secrets],
    ['A token is taken out before a text is cut', 'text(body).replace(', 'body.slice(0, 8192).replace(', 'test/conformance/secrets.test.ts'],
    ['The service is quoted with 300 characters at most', 'words.slice(0, 300)', 'words', 'test/fuzz/failure.node.test.ts'],
    ['A wait is never shorter than what the headers ask', 'Math.max(wait, context.retryAfterMs ?? 0)', 'wait', 'test/fuzz/failure.node.test.ts'],
    ['A token for another audience is told from one that is stale', 'scope !== expectedScope', 'false'],
    ['A quota that is used up is no rate limit', '^(0|429).*(insufficient_quota|exceeded your current quota)', '^(0|429).*(nothing)'],
    ['A rate limit inside a stream is one though no status is named', '|^0 \\S*(rate_?limit|too_many_requests)', ''],
    ['What is too long is told inside a stream as well', '^[04].*context', '^4.*context'],
    ['The content filter is no bad request', "'content-filter'],", "'bad-request'],"],
    ['A missing role is no stale token', 'lacks the required data action|', '', 'test/fuzz/edges.test.ts'],
    ['A status of the body counts where the error is inside a stream', 'context.status || report.status', 'context.status'],
  ]),
  ...of('src/schemas/filter.ts', fold, [
    ['A filter that withheld something says so', 'filtered: filtered === true', 'filtered: false'],
  ]),
  ...of('src/endpoints/detect.ts', 'test/endpoints/detect.test.ts', [
    ['https only, loopback excepted', "url.protocol !== 'https:' && !(", 'false && !('],
    ['Loopback is the whole host and no beginning of it', '.+\\.localhost)$/', '.+\\.localhost)/'],
    ['A URL with a user name or a password is refused', 'url.username || url.password ||', ''],
    ['A URL with a key in its query is refused', 'SECRET.test(name)', 'false'],
    ['The route of another protocol is refused', "prefix.includes('/anthropic')", 'false'],
    ['An explicit kind wins', 'explicit ?? kindOf(hostname, route, serverless)', 'kindOf(hostname, route, serverless)'],
    ['A scope that is given wins', 'scope === undefined ? scopesFor', 'true ? scopesFor'],
    ['Behind a relay no scope is asked for', "if (kind === 'relay') return []", ''],
    ["Azure's hosts are known by their end", 'azure-api\\.(net|us|cn))$/', 'azure-api\\.(net|us|cn))/', 'test/fuzz/edges.test.ts'],
    ['An api-version cannot add to the query', 'encodeURIComponent(apiVersion)', 'apiVersion', 'test/fuzz/endpoints.test.ts'],
    ['Slashes that are doubled are one', "pathname.replace(/\\/{2,}/g, '/')", 'pathname'],
  ]),
  ...of('src/endpoints/endpoint.ts', 'test/endpoints/detect.test.ts', [
    ['An operation that a kind does not serve is `unsupported`', '!SERVED[kind].includes(operation)', 'false'],
    ['A deployment called `..` does not climb out of its path', '/^\\.+$|', '/'],
    ['A deployment must be named', ': !serverless)', ': false)'],
    ['A deployment is one part of the path', "encodeURIComponent(model ?? '')", "model ?? ''", 'test/fuzz/edges.test.ts'],
  ]),
  ...of('src/tokens/cache.ts', 'test/tokens/cache.test.ts', [
    ['A rejection is never cached', 'if (running === acquisition) running = undefined', '', 'test/fuzz/cache.node.test.ts'],
    ['Callers that come together share one acquisition', 'if (running && (claims === undefined || running.claims === claims)) return running', ''],
    ['A refused token is asked for anew', 'running.claims === claims)) return running', 'true)) return running', 'test/fuzz/edges.test.ts'],
    ['A token that was refused is not given again', 'if (refused && cached?.token === refused.token) cached = undefined', '', 'test/fuzz/cache.node.test.ts'],
    ['A stale token is not given', 'if (cached && now < cached.staleAt)', 'if (cached)', 'test/fuzz/cache.node.test.ts'],
    ['A token is renewed in the background while it serves', 'if (now >= cached.renewAt)', 'if (false)'],
    ['A renewal that fails is not tried at once again', 'cached.renewAt = now + MARGIN_MS', ''],
    ['An older acquisition does not replace a newer token', 'if (running === acquisition) cached = fresh', 'cached = fresh', 'test/fuzz/edges.test.ts'],
    ['The provider is told when the last caller has left', 'acquisition.controller.abort(signal.reason)', ''],
    ['A caller that leaves does not end it for the others', '--acquisition.waiting === 0 && signal.aborted', 'signal.aborted'],
    ['A token that no header can hold is refused without being quoted', '!/^[\\x21-\\x7e]+$/.test(token)', 'false'],
    ['A token that still travels is redacted, too', '...issued.slice(0, 1)', ''],
    ['Whoever has aborted asks for nothing', '      signal.throwIfAborted()\n      const now', '      const now'],
    ['The end that a provider names counts', 'expiresOn ?? jwtExpiry(token)', 'jwtExpiry(token)'],
    ['Without a date the end of a JWT counts', 'expiresOn ?? jwtExpiry(token)', 'expiresOn'],
    ['A sign-in that needs the user is told from a failure', "name === 'InteractionRequiredAuthError' || errorCode === 'interaction_required'", 'false'],
  ]),
  ...of('src/tokens/claims.ts', 'test/tokens/claims.test.ts', [
    ['Only a challenge for claims counts', 'error="?insufficient_claims\\b', 'error=', 'test/fuzz/claims.test.ts'],
    ['Only a Bearer challenge counts', '/(?=\\bBearer \\w+=)/i', '/(?=$)/', 'test/fuzz/claims.test.ts'],
    ['Both alphabets of base64 are read', ".replace(/_/g, '/')", '', 'test/fuzz/claims.test.ts'],
  ]),
  ...of('src/transport/authorize.ts', secrets, [
    ['A token goes to its own origin alone', 'new URL(url).origin !== tokens.origin', 'false'],
    ['A redirect is not followed', "redirect: 'manual' }))", "redirect: 'follow' }))", faults],
    ['A redirect is an error', 'status < 300 || status >= 400', 'true', faults],
    ['After a 401 it is asked once more, and not again', 'response.status !== 401 || refused ||', 'response.status !== 401 ||', faults],
    ['A missing role is not asked for twice', 'if (isRoleMissing(text)) return', 'if (false) return', faults],
    ['The claims of a challenge are passed on', "response.headers.get('www-authenticate')", 'null', 'test/conformance/faults.test.ts'],
  ]),
  ...of('src/transport/ky.ts', faults, [
    ['A wait beyond maxRetryWaitMs is reported and not shortened', 'if (waitMs > maxRetryWaitMs) return false', '', 'test/fuzz/retry.node.test.ts'],
    ['A wait that the service asks for is obeyed', 'waitMs = asked ??', 'waitMs =', 'test/fuzz/retry.node.test.ts'],
    ['What cannot be helped by waiting is not repeated', 'if (!isChatError(error) || !canRetry(error)) return false', '', 'test/fuzz/retry.node.test.ts'],
    ['retries must be an integer from 0', '!Number.isInteger(retries) || retries < 0 ||', ''],
    ['maxRetryWaitMs must not be negative or NaN', '!(maxRetryWaitMs >= 0)', 'false'],
  ]),
  ...of('src/transport/retry-after.ts', 'test/transport/retry-after.test.ts', [
    ['The longest of the waits counts', 'Math.max(...waits)', 'Math.min(...waits)'],
    ['A date that has passed is no negative wait', 'Math.max(0, Date.parse', '(Date.parse'],
    ['What is negative is nothing', 'filter((wait) => wait >= 0 &&', 'filter((wait) =>'],
    ['An empty header says nothing', 'headers.get(name) || NaN', 'headers.get(name)'],
  ]),
  ...of('src/transport/clock.ts', faults, [
    ['A limit beyond what timers take never passes', 'delay > MAX_DELAY_MS || signal.aborted', 'signal.aborted', 'test/conformance/network.test.ts'],
    ["The caller's listener is taken off", "caller?.removeEventListener('abort', abort)", '', leaving],
    ['A signal that was aborted before ends the call', 'if (caller?.aborted) abort()', '', leaving],
  ]),
  ...of('src/transport/failure.ts', faults, [
    ["64 KiB of a failure's body are read, no more", 'const MAX_BODY_BYTES = 65_536', 'const MAX_BODY_BYTES = 655_360'],
    ['The rest of a failure is let go of', 'reader?.cancel().catch(() => {})', ''],
  ]),
  ...of('src/transport/transport.ts', faults, [
    ['The connection is closed when a call is left', 'void reader?.cancel(signal.reason).catch(() => {})', 'undefined', 'test/transport/leaving.node.test.ts'],
    ['URLs in errors have no query', 'const url = withoutQuery(call.url)', 'const url = call.url', 'test/fuzz/edges.test.ts'],
    ['The idle limit begins anew with each event', 'clock.pause(event)', 'clock.pause(false)'],
    ['An error says how many requests were sent', 'Object.assign(error, { attempts }) : error', 'error : error'],
  ]),
  ...of('src/chat/read.ts', faults, [
    ['A stream that ends before the model has finished is `truncated`', 'fold.finished() ? undefined', 'true ? undefined'],
    ['A page with status 200 is `not-a-stream`', "first !== '{' ||", 'false ||', 'test/fuzz/edges.test.ts'],
    ['A service that reports an error inside a stream fails the call', "if (failed) throw failureFrom(body", "if (false) throw failureFrom(body"],
    ['Events that came before a failure are given first', 'if (!ended) failure = error', 'if (!ended) throw error'],
    ['A snippet has no token', 'snippet: tokens.redact(head.trim())', 'snippet: (head.trim())', secrets],
    ['An object that is none is quoted without a token', 'tokens.redact(json)', 'json', secrets],
    ['An abort is above all else', 'if (signal.aborted) failure = signal.reason', 'if (false) failure = signal.reason', leaving],
    ['What is no stream is held to maxMessageBytes', 'checkSize(head.length, maxMessageBytes)', '', 'test/fuzz/edges.test.ts'],
    ['Nothing is read behind [DONE]', "ended ||= data === '[DONE]'", ''],
  ]),
  ...of('src/chat/choice.ts', fold, [
    ['Another id begins another call', '(id && call.id && id !== call.id)', 'false'],
    ['Calls come whole when their choice finishes', "for (const call of toolCalls) events.push({ type: 'tool-call', choice: index, raw, ...call })", ''],
    ['A choice finishes once', 'if (!choice.finishReason) {', 'if (true) {'],
    ['An asynchronous filter retracts what had finished', 'if (blocked || !choice.finishReason)', 'if (!choice.finishReason)'],
    ['What was withheld stays withheld', 'if (!choice.contentFilter?.filtered) choice.contentFilter', 'choice.contentFilter'],
    ['A copy is changed by nothing that follows', 'choice.toolCalls.map((call) => ({ ...call }))', 'choice.toolCalls'],
    ['A stop by the filter is a verdict', "if (blocked) verdict =", 'if (false) verdict ='],
  ]),
  ...of('src/chat/collect.ts', fold, [
    ['A stream that brings fewer choices than asked for is not finished', 'choices.size >= (expected ?? 1) &&', ''],
    ['Every choice must have finished', '.every(({ finishReason }) => finishReason)', '.some(({ finishReason }) => finishReason)'],
    ['Choices are in order', '.sort((a, b) => a.index - b.index)', '', 'test/fuzz/chat.node.test.ts'],
    ['An empty id does not replace one', 'id ||= string', 'id = string', 'test/fuzz/edges.test.ts'],
  ]),
  ...of('src/chat/once.ts', leaving, [
    ['A stream is read once', "if (begun) throw new TypeError('Cannot read the stream twice')", ''],
    ['A loop that begins in the same breath comes first', 'await Promise.resolve()', ''],
  ]),
  ...of('src/chat/request.ts', 'test/conformance/network.test.ts', [
    ['No header of a request can carry a credential', 'if (RESERVED.test(name)) refuse', 'if (false) refuse', secrets],
    ['Messages must be there', '!Array.isArray(messages) || !messages.length', 'false', 'test/fuzz/edges.test.ts'],
    ['Usage is not asked for again where that was refused', 'withoutUsage.add(model)', '', 'test/conformance/dialects.test.ts'],
  ]),
  ...of('src/chat/stream.ts', leaving, [
    ['Who aborts in the loop is given nothing more', 'at < block.length && !signal.aborted', 'at < block.length'],
    ['The connection closes when the loop is left', 'controller.abort(END)', ''],
    ['A stream that is left settles its result', 'left = true\n    controller.abort()\n    fail(options.signal?.reason)', 'left = true\n    controller.abort()'],
    ['A failure keeps what had arrived', 'Object.assign(cause, { partial })', 'cause', faults],
    ['Nobody has to look at the result', 'result.catch(() => {})', '', 'test/transport/leaving.node.test.ts'],
  ]),
  ...of('src/chat/chat.ts', 'test/chat/kept.node.test.ts', [
    ['A failed answer that is not streamed keeps what had arrived', 'Object.assign(error, { partial: result.copy() })', 'error'],
  ]),
  ...of('src/connect.ts', secrets, [
    ['A token is got by a function', "typeof token !== 'function'", 'false'],
    ['A limit must be above 0', 'if (!(limit > 0)) refuse', 'if (false) refuse'],
  ]),
  ...of('src/broker.ts', 'test/broker/broker.test.ts', [
    ["A broker's answer is held to 64 KiB", 'if (size > MAX_BYTES) return undefined', ''],
    ['A broker is asked over https, loopback excepted', "absolute.protocol === 'https:' ||", 'true ||'],
    ['A broker that redirects is not followed', "redirect: 'manual'", "redirect: 'follow'"],
    ['A token that has expired is refused', 'if (expiresOn <= Date.now()) throw', 'if (false) throw'],
    ['A time must have a zone', '(Z|[+-]\\d\\d:\\d\\d)$', '(Z|[+-]\\d\\d:\\d\\d)?$'],
    ['A time in seconds is none', 'timeOf(value) > EARLIEST_MS', 'timeOf(value) > 0'],
    ['A broker that does not answer is left', 'did not answer within', 'did not answer with', 'test/broker/broker.test.ts'],
  ]),
  ...of('src/msal.ts', 'test/msal/tokens.test.ts', [
    ['No account is guessed among several', 'another ? undefined : only', 'only'],
    ['The same is asked once at a time', 'running[key] ??= app', 'running[key] = app'],
    ['A failure that needs no user is passed on', 'throw error\n    }\n    const error', ';\n    }\n    const error'],
    ['One sign-in at a time', '    open.get(app) ??\n', '', 'test/msal/interaction.test.ts'],
  ]),
  ...of('src/tools/answer.ts', 'test/tools/run.test.ts', [
    ['Arguments that do not fit never reach the function', 'tool.input ? await validate(tool.input, input) : { value: input }', '{ value: input }'],
    ['What fails in a function has no token', 'redact(messageOf(error))', 'messageOf(error)', [secrets, 'test/tools/run.test.ts']],
    ['A call that is wrong twice ends the run', 'if (wrong.get(name) === round - 1) throw error', ''],
    ['A tool that is not approved is not run', 'verdict === true ? run(', 'true ? run('],
    ['Nothing is run for a run that is over', "      signal.throwIfAborted()\n      const verdict", "      const verdict", 'test/tools/leaving.test.ts'],
  ]),
  ...of('src/tools/run.ts', 'test/tools/run.test.ts', [
    ['A run ends after maxRounds', 'if (!over && rounds.length + 1 === maxRounds) throw', 'if (false) throw'],
    ['Calls of an answer that was cut are not run', "/length|filter/.test(finishReason ?? '')", 'false', ['test/tools/quirks.test.ts', 'test/tools/run.test.ts']],
    ['A tool that was forced is not forced again', "&& { tool_choice: unforced(tool_choice) }", '&& { tool_choice }', ['test/tools/rounds.test.ts', 'test/tools/run.test.ts']],
    ['Two tools of one name are refused', 'new Set(names).size < names.length', 'false'],
    ['Calls without an id get one', 'if (ids.has(call.id)) for', 'if (false) for', ['test/tools/quirks.test.ts', 'test/tools/rounds.test.ts']],
  ]),
  ...of('src/structured/value.ts', 'test/structured/structured.test.ts', [
    ['A refusal is no value', 'if (refusal) throw', 'if (false) throw'],
    ['An answer that was cut is no value', "if (finishReason !== 'stop') throw", 'if (false) throw'],
    ['What does not fit the schema is no value', 'if (issues) throw', 'if (false) throw'],
  ]),
  ...of('src/structured/partial-json.ts', 'test/structured/partial-json.test.ts', [
    ['`__proto__` is a name like any other', 'Object.defineProperty(into, key, { value, writable: true, enumerable: true, configurable: true })', 'Reflect.set(into, key, value)'],
    ['Half of a surrogate pair is not shown', 'if (!/[\\ud800-\\udbff]$/.test(piece)) show()', 'show()'],
  ]),
  ...of('src/responses/fold.ts', 'test/responses/fold.test.ts', [
    ['A text that comes again whole is not doubled', 'item ? text.slice(before) : text', 'text'],
    ['A response that failed is an error', "if (status === 'failed') failed = response", ''],
    ['A response that is incomplete is not finished by itself', "why === 'max_output_tokens' ? 'length' : (why ?? 'length')", "'stop'"],
  ]),
  ...of('src/responses/request.ts', 'test/responses/request.test.ts', [
    ['What the Responses API has not is refused', 'if (asked.length) refuse', 'if (false) refuse'],
  ]),
  ...of('src/responses/responses.ts', ['test/responses/request.test.ts', 'test/responses/responses.test.ts'], [
    ['Nothing is stored at the service unless asked for', "endpoint.kind === 'relay' ? undefined : false", 'undefined'],
  ]),
  ...of('src/embeddings/vectors.ts', 'test/embeddings/answers.test.ts', [
    ['As many vectors as inputs', 'if (items.length !== count) malformed', 'if (false) malformed'],
    ['Each vector has one place', 'if (vectors[index] !== NONE) malformed', 'if (false) malformed'],
    ['A vector holds finite numbers', 'vector.length && vector.every(Number.isFinite)', 'vector.length'],
  ]),
  ...of('src/embeddings/ask.ts', 'test/embeddings/answers.test.ts', [
    ['An answer is held to maxMessageBytes', 'checkSize((held += part.length), maxMessageBytes)', ''],
    ['An answer that was cut is `truncated`', 'if (!answer && /^\\s*(\\{|$)/.test(text)) throw', 'if (false) throw'],
  ]),
  ...of('src/embeddings/batches.ts', ['test/embeddings/embed.test.ts', 'test/embeddings/answers.test.ts'], [
    ['Embeddings that came before a failure are kept', 'isChatError(error) && embeddings.length', 'false'],
  ]),
  ...of('src/content/bytes.ts', 'test/content/parts.test.ts', [
    ['What is empty is no part', 'blob.size ? blob : refuse', 'true ? blob : refuse'],
    ['A part is what its bytes are', 'KINDS.find(([begin]) => begin.test(head))', 'KINDS[0]'],
  ]),
  ...of('src/conversation/trim.ts', 'test/conversation/trim.test.ts', [
    ['What does not fit is said, and nothing is dropped', "refuse('trim the conversation'", "void ('trim the conversation'"],
    ['A turn begins with what the user says, in several messages, too', "at(index - 1).role !== 'user'", 'true'],
  ]),
  ...of('src/quota/ledger.ts', 'test/quota/ledger.test.ts', [
    ['No more requests than the limit', 'current.requests >= maxRequests', 'false'],
    ['No more tokens than the limit', 'current.tokens >= maxTokens', 'false'],
    ['Nothing is given back twice', 'if (!open) return', ''],
    ['Nothing is given back to another window', 'ledger?.start === entry.start ?', 'ledger ?'],
    ['A limit that is NaN is refused', 'Number.isFinite(value) && value > 0', 'value !== 0', 'test/fuzz/edges.test.ts'],
    ['A clock that goes back begins anew', '|| now < start - windowMs', ''],
  ]),
  ...of('src/quota/key.ts', 'test/quota/key.test.ts', [
    ['A subject that looks like a hash has an account of its own', ' && !subject.startsWith(MARK)', ''],
    ['Halves of surrogate pairs are told apart', '!/\\p{Surrogate}/u.test(subject)', 'true'],
  ]),
  ...of('src/quota/memory.ts', 'test/quota/memory.test.ts', [
    ['Ledgers that are over are forgotten', 'if (isOver(ledger, time)) ledgers.delete(key)', ''],
  ]),
  ...of('src/edge/relay.ts', relay, [
    ['A caller that is not known is refused', "if (!caller) throw unauthorized('The caller is not known')", '', guard],
    ['A token for one page is no token for another', "caller.origin !== undefined && request.headers.get('origin') !== caller.origin", 'false', ['test/edge/relay-token.server.test.ts', guard]],
    ['A page of another origin is refused before its caller is asked for', 'cors.check(request)', '', ['test/edge/cors.server.test.ts', guard]],
  ]),
  ...of('src/edge/route.ts', guard, [
    ['A path is served to the letter', 'OPERATIONS.find((one) => one === path)', 'OPERATIONS.find((one) => path.startsWith(one))', ['test/fuzz/relay.node.test.ts', guard]],
    ['A method that is not served is refused', 'if (method !== allowed) throw', 'if (false) throw', ['test/fuzz/relay.node.test.ts', guard]],
    ['A caller sees the deployments that are theirs', 'caller.deployments?.includes(alias) ?? true', 'true', ['test/edge/relay.server.test.ts', guard]],
  ]),
  ...of('src/edge/body.ts', guard, [
    ['A body that says it is too long is not read', "> maxBytes) throw refuse()", '> Infinity) throw refuse()'],
    ['A body is read no further than the limit', 'if (size > maxBytes) {', 'if (false) {'],
    ['A body that is nested too deep is refused', 'if (left === 0) throw', 'if (false) throw'],
    ['A body is JSON by its type', '/^application\\/json *(;|$)/i.test(type)', 'true'],
  ]),
  ...of('src/edge/admit.ts', guard, [
    ['A parameter that is not known is refused', 'if (unknown !== undefined) throw', 'if (false) throw'],
    ["A deployment that is not the caller's looks like none", '(caller.deployments && !caller.deployments.includes(model))', 'false', ['test/edge/relay-token.server.test.ts', guard]],
    ['What is kept at the service is not referred to', 'if (found) throw', 'if (false) throw'],
    ['No more messages than the limit', 'items.length <= messages', 'true'],
    ['No more choices than the limit', 'if (choices > limits.choices) throw', 'if (false) throw'],
    ['Tools that the service runs are not offered', '!toolTypes.includes(type)', 'false'],
    ['Limits of output tokens are lowered', 'Math.min(maxOutputTokens, ...named)', 'Math.min(...named, Infinity)'],
    ['Of two limits that are named the other is taken out', '!WIRE[operation].limits.includes(member)', 'true'],
    ['A deployment is one that was offered', 'Object.hasOwn(deployments, model)', 'true', ['test/fuzz/relay.node.test.ts', guard]],
  ]),
  ...of('src/edge/cors.ts', 'test/edge/cors.server.test.ts', [
    ['An origin is exact', 'new URL(origin).origin !== origin', 'false', 'test/fuzz/edges.test.ts'],
    ['A preflight of another page is refused', 'if (!allowed(request)) return', 'if (false) return'],
    ['Headers that are not listed are not allowed', 'HARMLESS.test(name) || own.includes(name)', 'true'],
  ]),
  ...of('src/edge/answer.ts', relay, [
    ["A page of a gateway's is not passed on", 'parseObject(text) ? text :', 'true ? text :', [relay, failover]],
    ['A header that echoes the credential is redacted', 'headers.set(name, redact(value))', 'headers.set(name, value)', 'test/fuzz/edges.test.ts'],
  ]),
  ...of('src/edge/upstream.ts', relay, [
    ['An upstream that redirects is not followed with a key', "return refuseRedirect(url, await fetch(url, { ...init, headers, redirect: 'manual' }))", 'return fetch(url, { ...init, headers })', ['test/edge/credential-relay.server.test.ts', guard]],
    ['A failure has no key', "last ? text.replaceAll(last, '[key]') : text", 'text', ['test/edge/credential-relay.server.test.ts', guard]],
    ['A deployment is asked for where it is served', 'serves: (outgoing) => urlOf(outgoing) !== undefined', 'serves: () => true', failover],
  ]),
  ...of('src/edge/forward.ts', failover, [
    ['A failure of the request itself goes to no other upstream', 'if (!FAILS_OVER.includes(response.status)) return answer', ''],
    ['An upstream that asks for a rest gets it', 'if (told !== undefined || RESTS.includes(response.status)) pool.rest', 'if (false) pool.rest'],
    ["A credential of the relay's that is refused is not the caller's fault", "(status === 401 || status === 403) &&", 'false &&'],
    ["A failure's body has no credential", 'upstream.redact(await readText(response, signal), caller)', 'await readText(response, signal)', ['test/edge/credential-relay.server.test.ts', relay]],
  ]),
  ...of('src/edge/passage.ts', passage, [
    ['A body that ends too early never ends cleanly', 'if (isWhole(broken)) {', 'if (true) {'],
    ['What was cut in the middle of an event is left out', 'const passed = whole ? [...held, block.subarray(0, whole)] : []', 'const passed = [...held, block]'],
    ['A reader that leaves closes the upstream', 'cancel: (reason) => upstream.abort(reason)', 'cancel: () => {}'],
    ['Nothing is read ahead of the reader', '{ highWaterMark: 0 }', '{ highWaterMark: 9 }'],
    ['A JSON text that is cut breaks its connection', "return controller.error(new Error(message))", 'return controller.close()'],
  ]),
  ...of('src/edge/places.ts', guard, [
    ['No more requests of one caller at a time than the limit', 'if (before >= most) throw', 'if (false) throw'],
    ['A place is given back', 'if (left > 0) taken.set', 'if (true) taken.set(subject, before + 1)\n        else if (left > 0) taken.set', [guard, passage]],
  ]),
  ...of('src/edge/charge.ts', 'test/edge/charge.test.ts', [
    ['What the service counted is what it costs', "if (outcome.kind === 'answered' && outcome.usage) return outcome.usage.total_tokens", '', [spend, 'test/edge/charge.test.ts']],
    ['What was not sent costs nothing', "case 'unsent':\n      return 0", "case 'unsent':\n      return promptTokens", [spend, 'test/edge/charge.test.ts']],
  ]),
  ...of('src/edge/reserve.ts', spend, [
    ['What cannot be counted is not served', "const verdict = await quota.reserve(request).catch(() => {\n      throw", "const verdict = await quota.reserve(request).catch((): any => {\n      return { granted: true, settle: async () => {} }\n      throw", [spend, guard]],
    ['A request that is refused gives back what it had reserved', '    await settle(0)\n    throw error', '    throw error', [spend, guard]],
  ]),
  ...of('src/edge/relay-token.ts', 'test/edge/relay-token.server.test.ts', [
    ["A token's type is the relay's", '        typ: TYPE,\n        issuer', '        issuer'],
    ["A token's audience is this relay", '        audience,\n        requiredClaims', '        requiredClaims'],
    ["A token's issuer is named", '        issuer,\n        audience,\n        required', '        audience,\n        required'],
    ['A token lives an hour at most', '        maxTokenAge: MAX_LIFETIME_SECONDS,\n', ''],
    ['A token says what its key may sign', 'one.kid === kid && one.alg === alg', 'one.kid === kid'],
    ['A lifetime has a limit when it is minted', 'lifetimeSeconds <= MAX_LIFETIME_SECONDS', 'true'],
  ]),
  ...of('src/edge/entra.ts', 'test/edge/entra.server.test.ts', [
    ['A token is of a tenant that is accepted', '!tenants.includes(tid)', 'false'],
    ["A token's audience is this application", '      audience: audiences,\n', ''],
    ['An ID token is no access token', "if (!payload['azp'] && !payload['appid']) throw", 'if (false) throw'],
    ['A token has a scope or a role that was asked for', '!(scope && scopes.includes(scope)) &&', 'false &&'],
    ['A tenant that is not named opens nothing', 'names.length > 0 && names.every(Boolean)', 'true'],
    ['Keys that cannot be had are not the token’s fault', 'KEYS_FAILED.includes(error.code)', 'false'],
  ]),
  ...of('src/edge/credential.ts', 'test/edge/credential.server.test.ts', [
    ['A secret goes over https alone', "!loopback && !endpoint.startsWith('https://')", 'false'],
    ['A failure of the token endpoint has no secret', "clean.replaceAll(secret, '[secret]')", 'clean'],
    ['A key is visible ASCII', "/^[\\x21-\\x7e]+$/.test(key)", 'true'],
    ['Who must sign in again is told so', 'forUser && [error', 'false && [error'],
  ]),
  ...of('src/edge/client.ts', 'test/edge/credential.server.test.ts', [
    ['A client proves itself in exactly one way', '.filter(Boolean).length !== 1', '.length === 0'],
  ]),
  ...of('src/edge/broker.ts', 'test/edge/broker.server.test.ts', [
    ['A token is given to a listed page alone', "if (origin === null) throw", 'if (false) throw'],
    ['A session is needed', 'if (!session) throw', 'if (false) throw'],
    ['Tokens are counted', 'if (!verdict.granted) throw', 'if (false) throw'],
    ['A token is for the page that asked', '{ subject: session.subject, origin, deployments', '{ subject: session.subject, deployments'],
  ]),
]
