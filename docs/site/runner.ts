/**
 * A worker that runs one example and is thrown away: the program in, what it says out, a word at a time.
 * @module
 */
import { createEmulated, isEmulated } from './emulated.ts'

/** The modules that an example may import, by their names, and where each is; the build writes it. */
declare const LIBRARY: Readonly<Record<string, string>>

/** What the page sends. */
export interface Asked {
  readonly code: string
  /** What calls it once it is loaded. */
  readonly run: string | undefined
}

/** What it answers. */
export type Told =
  | { readonly type: 'place'; readonly place: 'service-worker' | 'worker' }
  | { readonly type: 'line'; readonly text: string; readonly wrong?: boolean }
  | { readonly type: 'text'; readonly text: string; readonly fresh?: boolean }
  | { readonly type: 'end'; readonly error?: string }

const tell = (told: Told): void => postMessage(told)

addEventListener('message', ({ data }: MessageEvent<Asked>) => {
  run(data).then(
    () => tell({ type: 'end' }),
    (error: unknown) => tell({ type: 'end', error: describe(error) }),
  )
}, { once: true })
addEventListener('unhandledrejection', ({ reason }) => tell({ type: 'line', text: describe(reason), wrong: true }))

async function run({ code, run: body }: Asked): Promise<void> {
  await findNetwork()
  for (const level of ['log', 'info', 'warn', 'error', 'debug'] as const) {
    console[level] = (...values: readonly unknown[]) => tell({ type: 'line', text: values.map(show).join(' '), wrong: level === 'error' || level === 'warn' })
  }
  const exports = (await load(code)) as Readonly<Record<string, unknown>>
  if (body === undefined) return
  const names = Object.keys(exports).filter((name) => name !== 'default')
  const runner = (await load(`export default async ({ ${names.join(', ')} }, { foundry, emulator, output, expect }) => { ${/^[^;\n]*$/.test(body) ? `return ${body}` : body} }`)) as { default: (exports: unknown, scope: unknown) => Promise<unknown> }
  const result = await runner.default(exports, await scope())
  if (result !== undefined) tell({ type: 'line', text: show(result) })
}

/** Where no service worker answers, the same emulator does in here. */
async function findNetwork(): Promise<void> {
  if (await isEmulated()) return tell({ type: 'place', place: 'service-worker' })
  const emulated = createEmulated()
  const { fetch } = globalThis
  globalThis.fetch = (input, init) => {
    const url = new URL(input instanceof Request ? input.url : input, location.href)
    return emulated.answers(url) ? emulated.answer(new Request(input, init)) : fetch(input, init)
  }
  tell({ type: 'place', place: 'worker' })
}

async function load(code: string): Promise<unknown> {
  const named = code.replace(/(\bfrom\s*|\bimport\s*\(?\s*)(['"])([^'"\n]+)\2/g, (all, before: string, quote: string, name: string) => (Object.hasOwn(LIBRARY, name) ? `${before}${quote}${new URL(LIBRARY[name] ?? '', import.meta.url).href}${quote}` : all))
  const url = URL.createObjectURL(new Blob([named], { type: 'text/javascript' }))
  try {
    return await import(/* @vite-ignore */ url)
  } finally {
    URL.revokeObjectURL(url)
  }
}

/** What the documentation's programs are run with. */
async function scope(): Promise<object> {
  const [{ connect }, { brokerTokens }, { createEmulator }] = await Promise.all([import('keyless-chat'), import('keyless-chat/broker'), import('keyless-chat/emulator')])
  return {
    foundry: connect({ endpoint: 'https://contoso.services.ai.azure.com', token: brokerTokens('https://app.example/api/token') }),
    emulator: createEmulator(),
    output: {
      append: (...texts: readonly unknown[]) => tell({ type: 'text', text: texts.map(String).join('') }),
      replaceChildren: (...texts: readonly unknown[]) => tell({ type: 'text', text: texts.map(String).join(''), fresh: true }),
      set textContent(text: unknown) {
        tell({ type: 'text', text: String(text), fresh: true })
      },
    },
    // In the tests it judges; here it shows what it is given.
    expect(value: unknown) {
      tell({ type: 'line', text: show(value) })
      return new Proxy(() => {}, { get: (_, name, proxy: unknown) => (name === 'then' ? undefined : proxy), apply: () => undefined })
    },
  }
}

function show(value: unknown): string {
  if (typeof value === 'string') return value
  if (value instanceof Error) return describe(value)
  try {
    return JSON.stringify(value, (_, inner: unknown) => (ArrayBuffer.isView(inner) ? `${inner.constructor.name}(${(inner as Uint8Array).length})` : inner), 2) ?? String(value)
  } catch {
    return String(value)
  }
}

function describe(error: unknown): string {
  if (!(error instanceof Error)) return `It threw ${String(error)}`
  const { code } = error as { readonly code?: unknown }
  if (error.name === 'SyntaxError') return `SyntaxError: ${error.message} (the editor takes JavaScript)`
  if (/module specifier/.test(error.message)) return `${error.message} Here are: ${Object.keys(LIBRARY).join(', ')}`
  return `${error.name}${typeof code === 'string' ? ` ${code}` : ''}: ${error.message}`
}
