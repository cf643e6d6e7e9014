// One emulated resource and a connection to it, with everything counted that a test asks about.
import { createEmulator } from '../../src/emulator/index.ts'
import type { Emulator, EmulatorOptions } from '../../src/emulator/index.ts'
import { connect as connectCore } from '../../src/core.ts'
import type { Connection } from '../../src/core.ts'
import { connect as connectMain } from '../../src/index.ts'
import type { ConnectOptions, TokenRequest } from '../../src/index.ts'

export const ENDPOINT = 'https://c.services.ai.azure.com'
export const ASK = [{ role: 'user', content: 'Hello' }] as const

/** The two entries, which must not differ in anything but retries. */
export const ENTRIES = [
  ['keyless-chat/core', connectCore],
  ['keyless-chat', connectMain],
] as const

export interface Foundry {
  readonly emulator: Emulator
  readonly connection: Connection
  /** What the token provider was asked. */
  readonly asked: TokenRequest[]
  /** Every token that was given out. */
  readonly tokens: string[]
}

export function foundryWith(connect: (options: ConnectOptions) => Connection, options: Partial<ConnectOptions> = {}, emulated: EmulatorOptions = {}): Foundry {
  const emulator = createEmulator(emulated)
  const asked: TokenRequest[] = []
  const tokens: string[] = []
  const connection = connect({
    endpoint: ENDPOINT,
    async token(request) {
      asked.push(request)
      const minted = await emulator.token()
      // Two tokens of one second are the same to the letter, but for what is added here.
      tokens.push(minted.token)
      return minted
    },
    fetch: emulator.fetch,
    ...options,
  })
  return { emulator, connection, asked, tokens }
}

export const foundry = (options?: Partial<ConnectOptions>, emulated?: EmulatorOptions): Foundry => foundryWith(connectMain, options, emulated)

/** What a promise rejects with. */
export function rejection(promise: Promise<unknown>): Promise<unknown> {
  return promise.then(
    (value) => {
      throw new Error(`Expected a rejection: resolved with ${JSON.stringify(value)}`)
    },
    (error: unknown) => error,
  )
}

/** Reads a stream to its end or failure. */
export async function readAll<T>(stream: AsyncIterable<T>): Promise<{ readonly events: T[]; readonly error: unknown }> {
  const events: T[] = []
  try {
    for await (const event of stream) events.push(event)
    return { events, error: undefined }
  } catch (error) {
    return { events, error }
  }
}

export const sleep = (milliseconds: number): Promise<void> => new Promise((resolve) => setTimeout(resolve, milliseconds))

/** Waits until something is so, for at most two seconds. */
export async function until(isSo: () => boolean): Promise<void> {
  for (let i = 0; i < 200 && !isSo(); i++) await sleep(10)
  if (!isSo()) throw new Error(`Waited in vain until ${isSo.toString()}`)
}
