/**
 * What breaks each row of the fault table: see docs/reliability.md, section "Faults on the wire".
 *
 * A break is named once and serves the rows whose promise it breaks; `guard` is the row's name.
 * @module
 */
const read = 'src/chat/read.ts'
const parse = 'src/sse/parse.ts'
const transport = 'src/transport/transport.ts'
const clock = 'src/transport/clock.ts'
const ky = 'src/transport/ky.ts'

const breaks = {
  'an answer that has not finished is a success': [read, 'fold.finished() ? undefined', 'true ? undefined'],
  'a finish is not noted': ['src/chat/choice.ts', 'if (blocked || !choice.finishReason) choice.finishReason = reason', 'if (blocked) choice.finishReason = reason'],
  'a connection that breaks after the finish is a failure': [read, 'fold.finished() ? undefined', 'failure === undefined && fold.finished() ? undefined'],
  '[DONE] is no end': [read, "ended ||= data === '[DONE]'", "if (data === '[DONE]') return"],
  'nothing is taken after the finish': [read, 'if (!ended) take(', 'if (!ended && !fold.finished()) take('],
  'data that is no JSON is passed over': [read, 'if (!body) throw', 'if (!body) return\n    if (!body) throw'],
  'a stream that was cut early is none': [read, 'first || /^(:|data|event|id|retry)/.test(head)', 'first'],
  'every read counts as an event': [read, 'answer.took(heard)', 'answer.took(true)'],
  'each block is decoded by itself': [parse, 'utf8.decode(bytes, { stream: true })', 'utf8.decode(bytes)'],
  'bytes that are no UTF-8 throw': [parse, "{ ignoreBOM: true }", "{ ignoreBOM: true, fatal: true }"],
  'a BOM is not passed over': [parse, "let skip = '\\uFEFF'", "let skip = ''"],
  'a CR LF that is cut counts twice': [parse, "if (text.endsWith('\\r')) skip = '\\n'", ''],
  'a CR alone ends no line': [parse, '/\\r\\n?|\\n/', '/\\r?\\n/'],
  'a field without a meaning is data': [parse, "if (field === 'data')", "if (field !== 'event')"],
  'an error does not hold what came': ['src/chat/stream.ts', 'Object.assign(cause, { partial })', 'cause'],
  'the connection is not closed at the end': ['src/chat/stream.ts', 'controller.abort(END)', ''],
  'calls share what arrives': ['src/chat/collect.ts', 'const choices = new Map<number, GrowingChoice>()', 'const choices = ((globalThis as { shared?: Map<number, GrowingChoice> }).shared ??= new Map())'],
  'a fetch that fails is thrown as it is': [transport, 'throw isChatError(cause) ? cause : unreachable(url, cause)', 'throw cause'],
  'a request is sent again after its answer has begun': [transport, 'if (response.ok) return response', 'if (response.ok) return counted(call.url, init)'],
  'the limit for silence says that no event has come': [transport, "clock.limit('idle-timeout', idleMs)", "clock.limit('first-event-timeout', idleMs)"],
  'the limit for the first event says that there was one': [transport, "clock.limit('first-event-timeout', firstEventMs)\n      clock.pause()", "clock.limit('idle-timeout', firstEventMs)\n      clock.pause()"],
  'an event does not begin the limit anew': [transport, 'clock.pause(event)', 'clock.pause(false)'],
  'limits go by the wall clock': [clock, 'const now = () => performance.now()', 'const now = () => Date.now()'],
  'a limit goes on while nobody reads': [clock, '(since ?? now())\n      since = undefined', '(since ?? now())'],
  'the limit for a connection says that it was another': [transport, "clock.limit('connect-timeout', connectMs)", "clock.limit('idle-timeout', connectMs)"],
  'the limit of the whole call says that it was another': [clock, "end('total-timeout', totalMs)", "end('idle-timeout', totalMs)"],
  'an explanation that breaks is a failure of the network': ['src/transport/failure.ts', '} catch {\n    // What came is kept.', '} catch (error) {\n    throw error'],
  'nothing is tried again': [ky, 'limit: retries', 'limit: 0'],
  'there is a retry too many': [ky, 'limit: retries', 'limit: retries + 1'],
  'a token is used after its end': ['src/tokens/cache.ts', 'if (cached && now < cached.staleAt) {\n        if (now >= cached.renewAt) {', 'if (cached) {\n        if (now < 0) {'],
}

/** By test file: the rows that each break must fail. */
const rows = {
  cuts: {
    'an answer that has not finished is a success': ['closed after every byte of the answer, headers included', 'closed after every event, at once', 'reset after every event, at once', 'closed inside of every character of several bytes', 'an answer that is not streamed, closed after every 7th byte'],
    'an error does not hold what came': ['reset after every byte of the answer, headers included', 'half-closed after every event', 'closed after every event of a body whose end is the end of the connection'],
  },
  framing: {
    'a connection that breaks after the finish is a failure': ['a chunk that says it is longer than all that follows', 'no last chunk', 'a content length beyond the body'],
    'an answer that has not finished is a success': [
      'a chunk that says it is longer, with no more than half an event behind it',
      'a chunk that says it is shorter than it is',
      'letters where the size of a chunk should be',
      'a size of a chunk beyond every number',
      'a negative size of a chunk',
      'no last chunk, before the model had finished',
      'a content length beyond a body that has not finished',
      'a content length short of the body',
      'HTTP/1.0 without a length, before the model had finished',
      'gzip that ends in its middle',
      'gzip that is damaged',
      'the header of gzip before what is none',
    ],
    'a finish is not noted': ['a chunk without the line end after it', 'chunk extensions', 'trailers after the last chunk', 'HTTP/1.0 without a length', '103 Early Hints before the answer', 'gzip that nobody asked for'],
    'a fetch that fails is thrown as it is': ['a content length that is no number', '100 Continue before the answer', 'several interim answers before the answer', 'interim answers, then the end', 'a header of 64 KiB', 'garbage in place of the status line'],
  },
  content: {
    '[DONE] is no end': ['garbage after [DONE], in the same block', 'garbage after [DONE], in a later block'],
    'a finish is not noted': ['no [DONE] after the finish'],
    'nothing is taken after the finish': ['words after the finish, and no [DONE]'],
    'an answer that has not finished is a success': ['[DONE] before the model had finished', 'an end of all without a word', 'a page of HTML in place of the rest'],
    'each block is decoded by itself': ['characters cut across packets'],
    'bytes that are no UTF-8 throw': ['a byte that no UTF-8 has'],
    'a CR LF that is cut counts twice': ['CR LF as line ends, cut in between'],
    'a CR alone ends no line': ['CR alone as line end'],
    'a BOM is not passed over': ['a BOM at the start, byte by byte'],
    'a field without a meaning is data': ['NUL bytes between the events'],
    'data that is no JSON is passed over': ['a NUL byte inside of an event', 'an event that is half of its JSON'],
    'a stream that was cut early is none': ['comments alone', 'the half of an event alone, and a clean end'],
  },
  silence: {
    'the connection is not closed at the end': ['silent after every event'],
    'the limit for silence says that no event has come': ['silent in the middle of every event'],
    'every read counts as an event': ['comments alone after every event'],
    'the limit for a connection says that it was another': ['no byte in answer', 'silent in the middle of the headers', 'headers byte by byte, beyond the limit'],
    'a finish is not noted': ['headers byte by byte'],
    'an event does not begin the limit anew': ['the answer byte by byte, beyond every limit but that for silence'],
    'the limit of the whole call says that it was another': ['an answer that outlasts the limit of the whole call'],
    'the limit for the first event says that there was one': ['an answer that is not streamed, silent in its middle'],
  },
  sharing: {
    'calls share what arrives': ['two answers at once over one connection object, one of them closed after every event', 'two answers at once over one connection object, one of them reset after every event'],
    'a finish is not noted': ['a kept connection that the server closes between two calls'],
    'nothing is tried again': [
      'a kept connection that is closed as the second request arrives',
      'a kept connection that is reset as the second request arrives',
      'closed before the first answer, then well',
      'too many requests, then an answer that is closed in its middle: one retry, and none after it',
    ],
    'there is a retry too many': ['a kept connection that is closed as the second request arrives, with no retries', 'closed before every answer: two retries, then the error', 'reset before every answer: two retries, then the error'],
    'a request is sent again after its answer has begun': ['closed after every event of an answer, with retries allowed: none is made', 'reset after the headers and one byte of the body, with retries allowed: none is made'],
    'an explanation that breaks is a failure of the network': ['the failure of a server, cut in the middle of its explanation'],
  },
  machine: {
    'limits go by the wall clock': ['the clock jumps an hour, there or back, in the middle of an event'],
    'a finish is not noted': ['the clock jumps an hour, there or back, in the middle of an answer', 'the thread stands still while the client waits, for longer than the limit for silence'],
    'the limit for silence says that no event has come': ['the clock jumps an hour, there or back, and then the server is silent'],
    'the limit for a connection says that it was another': ['the clock jumps an hour, there or back, before the server is silent from the start'],
    'nothing is tried again': ['the clock jumps an hour, there or back, before a wait that the service asks for'],
    'a token is used after its end': ['the clock jumps beyond the end of the token in the middle of an answer'],
    'a limit goes on while nobody reads': ['the thread stands still for longer than the limit for silence while an answer comes'],
  },
  'frozen.node': {
    'a finish is not noted': ['a tab that is frozen while the rest of the answer comes'],
    'an answer that has not finished is a success': ['a tab that is frozen while the connection is closed in the middle of the answer'],
    'the limit for silence says that no event has come': ['a tab that is frozen while the server falls silent'],
  },
}

export const mutations = Object.entries(rows).flatMap(([tests, byBreak]) =>
  Object.entries(byBreak).flatMap(([name, guards]) => {
    const [file, from, to] = breaks[name]
    return guards.map((guard) => ({ guard, file, from, to, tests: [`test/faults/${tests}.test.ts`] }))
  }),
)
