/**
 * Who is measured. Peers are installed into `bench/peers` on demand; in a quick run they are taken from the project's own packages or left out.
 * Runtime: Node. Imports: a subject's module, when it is its turn.
 * @module
 */
import { readFileSync } from 'node:fs'
import { createRequire } from 'node:module'
import { join } from 'node:path'

const here = import.meta.dirname
/** Where the subjects' modules find packages: beside them, else in the project. */
const peers = createRequire(join(here, 'peers/any.mjs'))
const project = createRequire(join(here, 'any.mjs'))

/** `packages`: what it needs besides the project; `title` as tables and charts say it; `only`: the measures that it is in, all unless told. */
const SUBJECTS = [
  { key: 'bare', title: 'bare fetch', module: 'own/bare.mjs', only: ['call', 'first', 'cancel'] },
  { key: 'floor', title: 'by hand (the floor)', module: 'own/floor.mjs' },
  { key: 'core', title: 'keyless-chat/core', module: 'own/core.mjs' },
  { key: 'text', title: 'keyless-chat/core, .text', module: 'own/text.mjs', only: ['cpu'] },
  { key: 'main', title: 'keyless-chat', module: 'own/main.mjs' },
  { key: 'eventsource-parser', title: 'eventsource-parser', module: 'peers/eventsource-parser.mjs', packages: ['eventsource-parser'] },
  { key: 'xsai', title: 'xsai', module: 'peers/xsai.mjs', packages: ['@xsai/stream-text'] },
  { key: 'azure', title: '@azure-rest/ai-inference', module: 'peers/azure.mjs', packages: ['@azure-rest/ai-inference', '@azure/core-sse'] },
  { key: 'openai', title: 'openai', module: 'peers/openai.mjs', packages: ['openai'] },
  { key: 'ai', title: 'ai, @ai-sdk/azure', module: 'peers/ai.mjs', packages: ['ai', '@ai-sdk/azure'] },
  { key: 'langchain', title: '@langchain/openai', module: 'peers/langchain.mjs', packages: ['@langchain/openai', '@langchain/core'] },
]

/** The version of a package as the peers find it, or as the project does; `undefined` where it is not installed. */
export function versionOf(name, from = peers) {
  for (const directory of from.resolve.paths(name) ?? []) {
    try {
      return JSON.parse(readFileSync(join(directory, name, 'package.json'), 'utf8')).version
    } catch {
      // The next one up.
    }
  }
  return undefined
}

/** The subjects asked for, and of a quick run's those that need no more than the project's own packages. */
export function subjects({ keys, quick }) {
  return SUBJECTS.filter(({ key, packages = [] }) => (keys ? keys.includes(key) : !quick || packages.every((name) => versionOf(name, project) !== undefined)))
}

/** Opens each subject of a measure against a fetch or an endpoint. @returns {Promise<Map<string, (onText: (text: string) => unknown, options?: object) => Promise<void>>>} */
export async function openAll(list, measure, options) {
  const asks = new Map()
  for (const { key, module, only } of list) {
    if (only && !only.includes(measure)) continue
    const { open } = await import(join(here, module))
    asks.set(key, open({ endpoint: 'https://contoso.openai.azure.com', ...options }))
  }
  return asks
}
