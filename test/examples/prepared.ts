/**
 * Templates as people have them: copied out of this project, and installed by the command of their README.
 * @module
 */
import { mkdtemp, rm } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { commandsOf, copyTemplate, pack, start } from '../../scripts/template.mjs'

/** It takes some ten seconds where the network is well. */
const INSTALL_MS = 110_000
/** A template that is installed. */
export interface Prepared {
  readonly folder: string
  /** The second command of its README. */
  readonly command: string
  /** What the first one took. */
  readonly tookMs: number
}

/** Templates that are being installed. */
export interface Preparations {
  readonly of: (name: string) => Promise<Prepared>
  /** Waits for what is under way, then takes all copies away. */
  readonly remove: () => Promise<void>
}

/** Packs the package for templates; one is installed when it is asked for, and the one after it beside, so that there are two at a time. */
export async function prepare(names: readonly string[]): Promise<Preparations> {
  const folder = await mkdtemp(join(tmpdir(), 'keyless-chat-examples-'))
  const tarball = await pack(folder)
  const begun = new Map<string, Promise<Prepared>>()

  function begin(name: string): Promise<Prepared> {
    const installing = begun.get(name) ?? install(name, { folder, tarball })
    begun.set(name, installing)
    // Who asks for it is told of its failure; the others need not fall over it.
    installing.catch(() => {})
    return installing
  }

  return {
    async of(name) {
      const asked = begin(name)
      const next = names[names.indexOf(name) + 1]
      if (next !== undefined) void begin(next)
      return asked
    },
    async remove() {
      await Promise.allSettled(begun.values())
      await rm(folder, { recursive: true, force: true, maxRetries: 5 })
    },
  }
}

async function install(name: string, where: { readonly folder: string; readonly tarball: string }): Promise<Prepared> {
  const copy = await copyTemplate(name, where)
  const { install: command, start: second } = await commandsOf(name)
  const began = Date.now()
  let said = ''
  // Three tries, as what needs the network must not hang with it.
  for (let tries = 0; tries < 3; tries++) {
    // Deno trusts Mozilla's list alone unless told; npm and browsers trust the system's, where networks have their own.
    const installing = start(command, { cwd: copy, env: { npm_config_prefer_offline: 'true', npm_config_audit: 'false', npm_config_fund: 'false', npm_config_package_lock: 'false', DENO_TLS_CA_STORE: 'system,mozilla' } })
    const late = setTimeout(() => void installing.stop(), INSTALL_MS)
    const status = await installing.ended
    clearTimeout(late)
    if (status === 0) return { folder: copy, command: second, tookMs: Date.now() - began }
    said = installing.said()
  }
  throw new Error(`Cannot install ${name}: ${said}`)
}
