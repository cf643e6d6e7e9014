// A resource whose deployment says what a test wants, and the bodies that it was asked with.
import type { DeploymentOptions } from '../../src/emulator/index.ts'
import type { Connection, Fetch, WireObject } from '../../src/index.ts'
import { foundry } from '../conformance/foundry.ts'
import type { Foundry } from '../conformance/foundry.ts'

export interface Rig extends Foundry {
  readonly connection: Connection
  readonly bodies: WireObject[]
}

/** The deployment is `model`; without `saying` those of the emulator are there. */
export function rig(saying?: Partial<DeploymentOptions>): Rig {
  const deployments = saying && { deployments: { model: { model: 'model-1', dialect: 'azure-openai' as const, ...saying } } }
  const { emulator } = foundry({}, deployments)
  const bodies: WireObject[] = []
  const fetch: Fetch = (url, init) => {
    bodies.push(JSON.parse(String(init?.body)) as WireObject)
    return emulator.fetch(url, init)
  }
  return { ...foundry({ fetch, token: () => emulator.token() }), emulator, bodies }
}

/** A stream of chunks with these texts and a finish, as it is on the wire; `pieces` apart, so that they can be sent one by one. */
export function wireOf(...texts: readonly string[]): readonly string[] {
  const chunk = (choice: object) => `data: ${JSON.stringify({ choices: [{ index: 0, ...choice }] })}\n\n`
  return [...texts.map((content) => chunk({ delta: { content } })), chunk({ delta: {}, finish_reason: 'stop' }), 'data: [DONE]\n\n']
}
