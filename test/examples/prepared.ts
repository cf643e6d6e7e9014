/**
 * A template as people have it: copied out of this project, and installed by the command of its README.
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
  /** Takes the copy away. */
  readonly remove: () => Promise<void>
}

/** Packs the package, and installs a copy of a template that has it. */
export async function prepare(name: string): Promise<Prepared> {
  const folder = await mkdtemp(join(tmpdir(), 'keyless-chat-examples-'))
  const remove = () => rm(folder, { recursive: true, force: true, maxRetries: 5 })
  try {
    const tarball = await pack(folder)
    return { ...(await install(name, { folder, tarball })), remove }
  } catch (error) {
    await remove()
    throw error
  }
}

async function install(name: string, where: { readonly folder: string; readonly tarball: string }): Promise<Omit<Prepared, 'remove'>> {
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
