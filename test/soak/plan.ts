/**
 * A seed in, calls out: every kind of call once, in an order that the seed decides, then more of them by weight.
 * Runtimes: all. Imports: `./call.ts`, `./faults.ts`, `./random.ts`.
 * @module
 */
import type { Batch, Call, How, Leaving, Via } from './call.ts'
import { MET } from './faults.ts'
import type { Met } from './faults.ts'
import { random } from './random.ts'
import type { Random } from './random.ts'

/** Two hours for two thousand calls. */
export const MS_PER_CALL = 3600
/** What a token lives: two dozen calls, over all connections. */
export const TOKEN_LIFE_MS = 90_000

const CHAT = ['gpt-5-mini', 'gpt-4o-mini', 'gpt-6-luna', 'grok-4-1-fast', 'deepseek-v4', 'mistral-small']
const RESPONSES = ['gpt-5-codex', 'gpt-5-mini', 'gpt-4o-mini']
const READ: readonly How[] = ['events', 'events', 'text', 'result']

type Draft = Omit<Call, 'id' | 'prompt'> & { readonly prompt?: string }
interface Kind {
  readonly kind: string
  readonly weight: number
  readonly draft: (random: Random) => Draft
  /** What the batch is, where its calls are of this kind alone. */
  readonly alone?: Pick<Batch, 'provider'> & { readonly most: number }
}

const WHOLE: Met = { outcomes: ['whole'], text: 'all' }

function good(how: How, weight: number, models: readonly string[], more: Partial<Draft> = {}): Kind {
  return { kind: how === 'events' ? 'read to the end' : `read to the end: ${how}`, weight, draft: ({ pick }) => ({ kind: '', via: pick<Via>(['main', 'main', 'core']), how, model: pick(models), ...WHOLE, ...more }) }
}

function fault(name: keyof typeof MET): Kind {
  const { via, how, ...met } = MET[name]
  // What is no stream fails alike where none is asked for.
  const ways: readonly How[] = met.text === 'none' && via !== 'brisk' ? [...READ, 'chat'] : READ
  const slow = name === 'hang' || name === 'endless' || name === '503'
  return {
    kind: name,
    weight: slow ? 2 : 5,
    draft: ({ pick }) => ({
      kind: '',
      via: via ?? pick<Via>(['main', 'core']),
      how: how ?? pick(ways),
      model: `${pick(how === 'responses' ? RESPONSES : ['gpt-5-mini', 'gpt-4o-mini'])}~${name}`,
      requests: 1,
      ...met,
      ...(name === 'endless' && { how: 'events', pauseEvery: 1, pauseMs: 20 }),
    }),
  }
}

function leaving(kind: string, leave: (random: Random) => Leaving, weight: number, models: readonly string[]): Kind {
  return {
    kind,
    weight,
    draft: (random) => {
      const leaves = leave(random)
      const outcomes = [leaves.by === 'abort' ? 'abort' : 'left']
      return { kind: '', via: random.pick<Via>(['main', 'core']), how: random.pick<How>(leaves.at === 'event' ? ['events', 'events', 'tools', 'responses'] : ['events']), model: random.pick(models), leave: leaves, outcomes, text: leaves.at === 'event' ? 'any' : 'none' }
    },
  }
}

function reset(kind: string, bytes: (random: Random) => number, met: Met): Kind {
  // CR LF changes nothing; its key is what the proxy reads.
  return { kind, weight: 12, draft: (random) => ({ kind: '', via: 'torn', how: random.pick(READ), model: `gpt-4o-mini~crlf~reset-${bytes(random)}`, ...met }) }
}

function provider(kind: NonNullable<Batch['provider']>, outcome: string): Kind {
  const alone = { provider: kind, most: kind === 'never settles' ? 1 : 6 }
  return { kind: `the token provider ${kind}`, weight: 10, alone, draft: () => ({ kind: '', via: 'main', how: 'events', model: 'gpt-5-mini', outcomes: [outcome], text: 'none', requests: 0, ...(outcome === 'abort' && { leave: { at: 'response', event: 0, by: 'abort' } as const }) }) }
}

const LONG = ['gpt-4o-mini', 'gpt-5-mini', 'gpt-4o-mini~endless']
const at = (where: Leaving['at'], by: Leaving['by'] = 'abort', event: (random: Random) => number = () => 0) => (random: Random): Leaving => ({ at: where, by, event: event(random) })

const KINDS: readonly Kind[] = [
  good('events', 110, CHAT),
  good('text', 25, CHAT),
  good('result', 25, CHAT),
  good('chat', 25, CHAT),
  good('tools', 35, ['gpt-5-mini', 'gpt-4o-mini', 'grok-4-1-fast'], { prompt: 'What is the weather?', requests: 2 }),
  good('structured', 30, ['gpt-5-mini', 'gpt-4o-mini']),
  good('responses', 35, RESPONSES),
  { ...good('events', 30, CHAT, { pauseEvery: 12, pauseMs: 15 }), kind: 'a reader that pauses' },
  { ...good('events', 10, ['gpt-4o-mini'], { prompt: '[filter:prompt]', outcomes: ['content-filter'], text: 'none' }), kind: 'a prompt that is refused' },
  ...(Object.keys(MET) as (keyof typeof MET)[]).map(fault),
  leaving('abort before the call', at('before'), 12, LONG),
  leaving('abort at once', at('start'), 12, LONG),
  leaving('abort when the answer begins', at('response'), 12, LONG),
  leaving('abort at the first event', at('event', 'abort', () => 1), 12, LONG),
  leaving('abort after some events', at('event', 'abort', ({ below }) => 2 + below(20)), 25, LONG),
  leaving('break at the first event', at('event', 'break', () => 1), 12, LONG),
  leaving('break after some events', at('event', 'break', ({ below }) => 2 + below(20)), 25, LONG),
  reset('reset before an answer', ({ below }) => 1 + below(40), { outcomes: ['network'], text: 'none' }),
  // After the headers; what of them and of the body the browser has handed out is its own affair.
  reset('reset within an answer', ({ below }) => 1500 + below(4000), { outcomes: ['truncated'], text: 'any' }),
  provider('rejects', 'token'),
  provider('needs the user', 'interaction-required'),
  provider('never settles', 'abort'),
]

/** Plans calls, up to six at once. */
export function plan(count: number, seed: number): readonly Batch[] {
  const chance = random(seed)
  const bag = KINDS.flatMap((kind) => Array.from({ length: kind.weight }, () => kind))
  const waiting = chance.shuffle(KINDS)
  const draw = (): Kind => waiting.shift() ?? chance.pick(bag)
  const batches: Batch[] = []
  let id = 0
  const make = ({ kind, draft }: Kind): Call => {
    const drafted = draft(chance)
    id++
    // What happens once happens once for each name.
    const model = /once|claims/.test(kind) ? `${drafted.model}~${id}` : drafted.model
    // The number is said again in the answer, so that no two answers are the same.
    return { ...drafted, kind, id, model, prompt: `#${id}# ${drafted.prompt ?? 'Hello'}` }
  }
  while (id < count) {
    const kind = draw()
    const calls = [make(kind)]
    const size = Math.min(1 + chance.below(6), kind.alone?.most ?? 6, count - id + 1)
    while (calls.length < size) {
      const next = kind.alone ? kind : draw()
      // On its own later, or not with this one: two tokens refused at once may share an acquisition or not.
      const call = make(next)
      const refuses = ({ refusesToken, via }: Call): boolean => !!refusesToken && via === call.via
      if (!kind.alone && (next.alone || (call.refusesToken && calls.some(refuses)))) {
        id--
        waiting.push(next)
        break
      }
      calls.push(call)
    }
    const alone = kind.alone?.provider
    batches.push({ calls, advanceMs: alone ? TOKEN_LIFE_MS : MS_PER_CALL * calls.length, ...(alone && { provider: alone }), prepare: calls.some(({ leave }) => leave?.at === 'start') })
  }
  return batches
}
