/**
 * What the page talks to and how it signs in: `config.json`, and over it what the reader entered. Never a token.
 * @module
 */

import type { DataSource } from 'keyless-chat'

/** Where tokens come from: the emulator's pretended sessions, a backend, or Entra ID. */
export type Mode = 'emulator' | 'broker' | 'msal'

/** All of it is public; whoever opens the page can read it. */
export interface Config {
  readonly mode: Mode
  readonly endpoint: string
  /** Empty for the one that the library derives from the endpoint. */
  readonly scope: string
  readonly deployments: readonly string[]
  /** The backend's URL, for `broker`. */
  readonly tokenUrl: string
  /** The app registration's, for `msal`. */
  readonly clientId: string
  readonly authority: string
  /** What each fault of the emulator does, by its name; empty where there is none. */
  readonly faults: Readonly<Record<string, string>>
  /** Indexes that answers may rest on, for the switch "My data"; empty where there are none, as behind a relay, which passes none on. */
  readonly dataSources: readonly DataSource[]
  /** Whether the emulator is in the page itself, as on a host of plain files. */
  readonly inPage: boolean
}

/** What the reader may change. */
export type Entered = Omit<Config, 'faults' | 'dataSources' | 'inPage'>

const KEY = 'connection'
const NAMES = ['mode', 'endpoint', 'scope', 'deployments', 'tokenUrl', 'clientId', 'authority'] as const satisfies readonly (keyof Entered)[]
const NOTHING: Config = { mode: 'msal', endpoint: '', scope: '', deployments: [], tokenUrl: '/token', clientId: '', authority: 'https://login.microsoftonline.com/organizations', faults: {}, dataSources: [], inPage: false }

/** The page's own settings, as its server gives them. */
export async function served(): Promise<Config> {
  const response = await fetch('config.json', { cache: 'no-cache' })
  // A page may be served without; then the reader enters everything.
  return response.ok ? { ...NOTHING, ...((await response.json()) as Partial<Config>) } : NOTHING
}

/** Whether there is an emulator to talk to. */
export function emulated({ faults }: Config): boolean {
  return Object.keys(faults).length > 0
}

/** The settings that hold: what was entered, by default what is remembered, goes over what is served. */
export function entered(from: Config, over: Partial<Entered> = stored()): Config {
  const config = { ...from, ...over }
  // The emulator is where its server says, and another service has other failures and other indexes.
  if (config.mode === 'emulator') return { ...from, mode: emulated(from) ? 'emulator' : 'msal' }
  return config.endpoint === from.endpoint ? config : { ...config, faults: {}, dataSources: [] }
}

/** Keeps for the next visit what differs from the settings that are served. */
export function remember(config: Entered, from: Config): void {
  const changed = NAMES.filter((name) => String(config[name]) !== String(from[name]))
  try {
    localStorage.setItem(KEY, JSON.stringify(Object.fromEntries(changed.map((name) => [name, config[name]]))))
  } catch {
    // They hold until the page is closed.
  }
}

/** Goes back to the settings that are served. */
export function forget(): void {
  try {
    localStorage.removeItem(KEY)
  } catch {
    // There is nothing to forget.
  }
}

function stored(): Partial<Entered> {
  try {
    return JSON.parse(localStorage.getItem(KEY) ?? '{}') as Partial<Entered>
  } catch {
    return {}
  }
}
