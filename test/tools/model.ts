// Models that call what a test decides, and then say "Done.": one of the emulator, and one whose every byte is the test's.
import type { DeploymentOptions, EmulatedRequest } from '../../src/emulator/index.ts'
import type { Fetch } from '../../src/index.ts'

export type Round = readonly { readonly name: string; readonly arguments: string }[]

/** Calls tools round by round, and counts its rounds by the answers that are in the conversation. */
export function modelThat(rounds: readonly Round[], options: Partial<DeploymentOptions> = {}): DeploymentOptions {
  const round = ({ body }: EmulatedRequest): number => (body['messages'] as readonly { role: string }[]).filter(({ role }) => role === 'assistant').length
  return { model: 'a-model', dialect: 'azure-openai', reply: 'Done.', calls: (request) => rounds[round(request)] ?? [], ...options }
}

/** A piece of a tool call, as loose as the wire. */
export interface Delta {
  readonly index?: number
  readonly id?: string
  readonly function?: { readonly name?: string; readonly arguments?: string }
}

/** Writes the body of an answer that calls tools by these deltas, each in a chunk of its own; without any it says "Done.". */
export function bodyOf(deltas: readonly Delta[], finish: string = deltas.length ? 'tool_calls' : 'stop'): string {
  const said = deltas.length ? deltas.map((delta) => ({ tool_calls: [delta] })) : [{ content: 'Done.' }]
  return [...said.map((delta) => ({ index: 0, delta })), { index: 0, delta: {}, finish_reason: finish }]
    .map((choice) => `data: ${JSON.stringify({ choices: [choice] })}\n\n`)
    .concat('data: [DONE]\n\n')
    .join('')
}

/** A fetch that answers with these rounds, one after the other; a text is a whole body. */
export function scripted(rounds: readonly (string | readonly Delta[])[], bodies: Record<string, unknown>[] = []): Fetch {
  return async (_, init) => {
    const round = rounds[bodies.push(JSON.parse(String(init?.body)) as Record<string, unknown>) - 1] ?? []
    return new Response(typeof round === 'string' ? round : bodyOf(round))
  }
}
