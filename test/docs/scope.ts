/**
 * What the comment that runs a program of the documentation has in scope, and what the program has around it.
 * Runtimes: browsers, Node. Imports: the built package, by its name.
 * @module
 */
import { connect, isChatError } from 'keyless-chat'
import type { Connection } from 'keyless-chat'
import { createEmulator } from 'keyless-chat/emulator'
import type { Emulator } from 'keyless-chat/emulator'
import type { MsalInteractiveApp } from 'keyless-chat/msal'
import { expect } from '../runtimes/suite/expect.ts'
import { networkOf } from './network.ts'

export interface Scope {
  /** A connection to the emulator. */
  readonly foundry: Connection
  readonly emulator: Emulator
  /** An element, or in Node as much of one as programs use. */
  readonly output: HTMLElement
  /** An MSAL app whose user is signed in at the emulator. */
  readonly app: MsalInteractiveApp
  readonly expect: typeof expect
}

/** What came of a program. */
export interface Outcome {
  /** `undefined` where it ended well. */
  readonly error: string | undefined
  /** The code of the `ChatError` that it ended in. */
  readonly code: string | undefined
  /** What it has said on the console. */
  readonly said: string
}

/** A program: what loads it, and what runs it once it is loaded. */
export interface Program {
  readonly load: () => Promise<object>
  readonly run?: (() => Promise<{ readonly run: (scope: Scope) => Promise<unknown> }>) | undefined
}

/** Loads and runs one program, by the name of its file, with the stand-ins around it. */
export async function runProgram(file: string, { load, run }: Program, origin: string | undefined): Promise<Outcome> {
  const emulator = createEmulator()
  const said: string[] = []
  const { fetch } = globalThis
  const { log, error: logError } = console
  globalThis.fetch = networkOf(emulator, origin)
  console.log = console.error = (...values: readonly unknown[]) => void said.push(values.map(String).join(' '))
  const reached: string[] = []
  Object.assign(globalThis, { reached })
  try {
    await load()
    if (!reached.includes(file)) throw new Error(`Cannot tell whether ${file} has run: its end was not reached`)
    const loaded = await run?.()
    await loaded?.run(scopeOf(emulator))
    return { error: undefined, code: undefined, said: said.join('\n') }
  } catch (error) {
    return { error: error instanceof Error ? (error.stack ?? error.message) : String(error), code: isChatError(error) ? error.code : undefined, said: said.join('\n') }
  } finally {
    globalThis.fetch = fetch
    console.log = log
    console.error = logError
  }
}

function scopeOf(emulator: Emulator): Scope {
  return {
    foundry: connect({ endpoint: 'https://contoso.services.ai.azure.com', token: () => emulator.token(), fetch: emulator.fetch }),
    emulator,
    output: outputOf(),
    app: msalApp(emulator),
    expect,
  }
}

function outputOf(): HTMLElement {
  if ('document' in globalThis) return document.body.appendChild(document.createElement('output'))
  const output = {
    textContent: '',
    append: (...texts: readonly unknown[]) => void (output.textContent += texts.join('')),
    replaceChildren: (...texts: readonly unknown[]) => void (output.textContent = texts.join('')),
  }
  return output as unknown as HTMLElement
}

function msalApp(emulator: Emulator): MsalInteractiveApp {
  const account = { homeAccountId: 'ada', username: 'ada@contoso.com' }
  const result = async () => {
    const { token, expiresOn } = await emulator.token()
    return { accessToken: token, expiresOn, account }
  }
  return {
    getActiveAccount: () => account,
    getAllAccounts: () => [account],
    setActiveAccount: () => {},
    acquireTokenSilent: result,
    acquireTokenPopup: result,
    loginPopup: result,
    loginRedirect: async () => {},
    acquireTokenRedirect: async () => {},
  }
}
