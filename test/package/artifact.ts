/**
 * The package as a user gets it: packed, and installed alone into a folder of its own.
 * @module
 */
import { execFile } from 'node:child_process'
import { cp, mkdtemp, readFile, rm, writeFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import process from 'node:process'
import { fileURLToPath } from 'node:url'

export const ROOT = fileURLToPath(new URL('../..', import.meta.url))

/** It takes two seconds where the network is well. */
const INSTALL_MS = 60_000

export interface Artifact {
  /** Where it is installed. */
  readonly folder: string
  /** The files in the tarball, sorted. */
  readonly files: readonly string[]
  read(file: string): Promise<string>
  remove(): Promise<void>
}

export async function installAlone(): Promise<Artifact> {
  const folder = await mkdtemp(join(tmpdir(), 'keyless-chat-packed-'))
  // Without scripts: what was built is what is tested.
  const packed = await run('npm', ['pack', '--json', '--ignore-scripts', '--pack-destination', folder], ROOT)
  if (packed.status !== 0) throw new Error(packed.text)
  const answer: unknown = JSON.parse(packed.output)
  // npm 12 answers with an object by name, those before with a list.
  const [tarball] = Object.values(answer as Record<string, { filename: string; files: { path: string }[] }>)
  if (!tarball) throw new Error(`Cannot read what npm packed: ${packed.output}`)

  await writeFile(join(folder, 'package.json'), JSON.stringify({ private: true, type: 'module' }))
  const install = () => run('npm', ['install', '--no-save', '--no-package-lock', '--prefer-offline', '--no-audit', '--no-fund', `./${tarball.filename}`], folder, {}, INSTALL_MS)
  // Three tries, as the one test that needs the network must not hang with it.
  let installed = await install()
  for (let retry = 0; retry < 2 && installed.status !== 0; retry++) installed = await install()
  if (installed.status !== 0) throw new Error(`Cannot install the package: ${installed.text}`)
  await cp(join(ROOT, 'test/package/consumers'), folder, { recursive: true })
  return {
    folder,
    files: tarball.files.map(({ path }) => path).sort(),
    read: (file) => readFile(join(folder, 'node_modules/keyless-chat', file), 'utf8'),
    remove: () => rm(folder, { recursive: true, force: true }),
  }
}

export interface Ended {
  readonly status: number
  readonly output: string
  /** Both outputs. */
  readonly text: string
}

/** Runs a command to its end; never throws for its status. */
export function run(command: string, args: readonly string[], cwd: string, env: Record<string, string> = {}, timeout = 0): Promise<Ended> {
  return new Promise((resolve) => {
    const windows = process.platform === 'win32' && command === 'npm'
    execFile(command, args, { cwd, env: { ...process.env, ...env }, maxBuffer: 64 * 1024 * 1024, shell: windows, timeout }, (error, stdout, stderr) => {
      resolve({ status: error ? (typeof error.code === 'number' ? error.code : 1) : 0, output: stdout, text: stdout + stderr })
    })
  })
}
