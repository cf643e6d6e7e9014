/**
 * The faults that spoil a good answer on its way: events in, the steps of a broken body out.
 * Runtimes: all. Imports: `../sse/encode.ts`; `./dialects/frame.ts`, `./faults.ts`, `./stream.ts`, types alone.
 * @module
 */
import { encode } from '../sse/encode.ts'
import type { Answer, Frame } from './dialects/frame.ts'
import type { Fault } from './faults.ts'
import type { Step } from './stream.ts'

type Tamper = (frames: Iterable<Frame>) => Iterable<Step>

const KEEP_ALIVE_MS = 20
/** Texts after which `no-finish` and the errors inside of a stream come. */
const SOME_TEXTS = 4
const BIG_CHARACTERS = 1_048_576
const ERROR = '{"error":{"message":"The server had an error processing your request. Sorry about that!","type":"server_error","param":null,"code":null}}'
const FLAT_ERROR = '{"type":"error","code":"server_error","message":"The server had an error processing your request. Sorry about that!","param":null}'

const TAMPERS: Partial<Readonly<Record<Fault, Tamper>>> = {
  silent: () => [{ waitMs: Infinity }],
  stall: (frames) => afterText(frames, [{ waitMs: Infinity }]),
  comments: (frames) => afterText(frames, keepAlives()),
  cut: (frames) => cutInside(frames, 'with an error'),
  'cut-clean': (frames) => cutInside(frames, 'cleanly'),
  'no-finish': unfinished,
  'no-done': (frames) => stepsOf(frames, ({ kind }) => kind !== 'done'),
  'error-event': (frames) => endAfterText(frames, encode({ data: ERROR })),
  'error-named': (frames) => endAfterText(frames, encode({ event: 'error', data: ERROR })),
  'error-flat': (frames) => endAfterText(frames, encode({ event: 'error', data: FLAT_ERROR })),
  drip: bytes,
  crlf: (frames) => stepsOf(mapWire(frames, (wire) => wire.replaceAll('\n', '\r\n'))),
  trailing: garbageAfter,
  'bad-json': (frames) => afterText(frames, [{ send: encode({ data: '{"choices": [{"delta": {"content": "never clo' }) }]),
  'bad-type': (frames) => afterText(frames, [{ send: encode({ data: '{"id":"x","object":"chat.completion.chunk","created":0,"model":"x","choices":"none"}' }) }]),
  endless: breathing,
}

/** What of them can be done to a body that is no stream; the body then comes in two parts, as if it were a text and a finish. */
const WHOLE_BODY: readonly Fault[] = ['silent', 'stall', 'cut', 'cut-clean', 'no-finish', 'drip']

/** The steps that send a stream's events, spoiled by a fault or not. */
export function tamperStream(frames: Iterable<Frame>, fault: Fault | undefined): Iterable<Step> {
  const tamper = fault && TAMPERS[fault]
  return tamper ? tamper(frames) : stepsOf(frames)
}

/** The body of an answer that is not streamed, spoiled by a fault or not; `key` is where its substance is. */
export function tamperBody(text: string, fault: Fault | undefined, key: string): string | Iterable<Step> {
  if (fault === 'bad-json') return text.slice(0, text.length / 2)
  if (fault === 'bad-type') return JSON.stringify({ ...(JSON.parse(text) as object), [key]: 'none' })
  const tamper = fault && WHOLE_BODY.includes(fault) ? TAMPERS[fault] : undefined
  if (!tamper) return text
  const half = Math.ceil(text.length / 2)
  const parts: readonly Frame[] = [{ kind: 'text', wire: text.slice(0, half) }, { kind: 'finish', wire: text.slice(half) }]
  return uncounted(tamper(parts))
}

/** What the model says instead, for the faults that are in its words. */
export function tamperAnswer(answer: Answer, fault: Fault | undefined): Answer {
  if (fault !== 'big' && !(fault === 'endless' && answer.request.stream)) return answer
  const pieces = fault === 'big' ? ['x'.repeat(BIG_CHARACTERS), '.'] : { [Symbol.iterator]: babble }
  return { ...answer, choices: answer.choices.map((choice) => ({ ...choice, pieces, calls: [], finish: 'stop' })) }
}

function* babble(): Generator<string> {
  for (let line = 1; ; line += 1) yield ` and on (${line})`
}

function* stepsOf(frames: Iterable<Frame>, keep: (frame: Frame) => boolean = () => true): Generator<Step> {
  for (const frame of frames) if (keep(frame)) yield { send: frame.wire }
}

function* mapWire(frames: Iterable<Frame>, change: (wire: string) => string): Generator<Frame> {
  for (const { kind, wire } of frames) yield { kind, wire: change(wire) }
}

/** All events, and the steps after the first text, or before the finish where that comes first. */
function* afterText(frames: Iterable<Frame>, steps: Iterable<Step>): Generator<Step> {
  let done = false
  for (const { kind, wire } of frames) {
    if (kind === 'finish' && !done) yield* steps
    yield { send: wire }
    if (kind === 'text' && !done) yield* steps
    done ||= kind === 'text' || kind === 'finish'
  }
}

/** Some texts, one more event, the end. A short answer ends before its finish. */
function* endAfterText(frames: Iterable<Frame>, last: string): Generator<Step> {
  yield* unfinished(frames)
  yield { send: last }
}

function* unfinished(frames: Iterable<Frame>): Generator<Step> {
  let texts = 0
  for (const { kind, wire } of frames) {
    if (kind === 'finish' || (kind === 'text' && ++texts > SOME_TEXTS)) return
    yield { send: wire }
  }
}

/** One text whole, half of the next event, the end of the connection. */
function* cutInside(frames: Iterable<Frame>, how: 'cleanly' | 'with an error'): Generator<Step> {
  let spoken = false
  for (const { kind, wire } of frames) {
    if (spoken || kind === 'finish') {
      yield { send: wire.slice(0, Math.floor(wire.length / 2)), events: 0 }
      yield { hangUp: how }
      return
    }
    yield { send: wire }
    spoken = kind === 'text'
  }
}

function* keepAlives(): Generator<Step> {
  for (;;) {
    yield { waitMs: KEEP_ALIVE_MS }
    yield { send: encode({ comment: 'keep-alive' }), events: 0 }
  }
}

function* bytes(frames: Iterable<Frame>): Generator<Step> {
  const encoder = new TextEncoder()
  for (const { wire } of frames) {
    const all = encoder.encode(wire)
    for (let at = 0; at < all.length; at += 1) yield { send: all.slice(at, at + 1), events: at === all.length - 1 ? 1 : 0 }
  }
}

function* garbageAfter(frames: Iterable<Frame>): Generator<Step> {
  yield* stepsOf(frames)
  yield { send: 'data: {"choices":[{"index":0,"delta":{"content":"after the end"}}]}\n\n<html>trailing garbage', events: 0 }
}

/** Lets timers run now and then: a loop over a stream that is always ready would starve the very timer that is to stop it. */
function* breathing(frames: Iterable<Frame>): Generator<Step> {
  let sent = 0
  for (const { wire } of frames) {
    yield { send: wire }
    if (++sent % 8 === 0) yield { waitMs: 0 }
  }
}

function* uncounted(steps: Iterable<Step>): Generator<Step> {
  for (const step of steps) yield 'send' in step ? { send: step.send, events: 0 } : step
}
