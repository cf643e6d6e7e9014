/**
 * The resource behind the front door: finds the deployment, reads the body, lets the model answer or a fault in its place.
 * Runtimes: all. Imports: the rest of this room, below `./emulator.ts`.
 * @module
 */
import { BACKEND, deploymentNotFound, json, noModelName, openaiError, unknownModel } from './bodies.ts'
import type { Reply } from './bodies.ts'
import type { WritableCall } from './call.ts'
import { refuseRequest, restrictKeys } from './check.ts'
import type { DeploymentOptions } from './deployments.ts'
import { WRITERS } from './dialects/writers.ts'
import { createFaultCounter, readName } from './faults.ts'
import type { Fault } from './faults.ts'
import { HTTP_FAULTS } from './faults-http.ts'
import { tamperAnswer, tamperBody, tamperStream } from './faults-stream.ts'
import { isObject, readRequest } from './request.ts'
import type { EmulatedRequest } from './request.ts'
import { say } from './reply.ts'
import type { Route, ServiceKind } from './route.ts'

/** What a resource is made of. */
export interface ResourceOptions {
  readonly deployments: Readonly<Record<string, DeploymentOptions>>
  /** The audience that a refusal names. */
  readonly audience: string
  /** Milliseconds. */
  readonly now: () => number
}

/** Answers requests that were let in and found a route. */
export interface Resource {
  readonly answer: (route: Route, request: Request, call: WritableCall) => Promise<Reply>
}

/** Longest body taken; a longer one is a 413. */
const MAX_BODY_BYTES = 1_048_576
const REQUESTS_PER_MINUTE = 250
const TOKENS_PER_MINUTE = 250_000

/** Creates a resource, which counts its answers and the faults that happen once. */
export function createResource({ deployments, audience, now }: ResourceOptions): Resource {
  const due = createFaultCounter()
  let answers = 0

  async function answer({ operation, kind, deployment }: Route, request: Request, call: WritableCall): Promise<Reply> {
    call.operation = operation
    if (operation === 'models') return listModels()
    const text = await readBody(request)
    if (text === undefined) return json(413, { error: { code: '413', message: `Request body too large. The maximum is ${MAX_BODY_BYTES} bytes.` } })
    const parsed = parse(text)
    call.body = parsed
    if (!isObject(parsed)) return openaiError(400, 'We could not parse the JSON body of your request.', null, null)
    const name = deployment ?? parsed['model']
    if (typeof name !== 'string' || name === '') return kind === 'inference' ? noModelName() : openaiError(400, 'you must provide a model parameter', null, null)
    call.deployment = name
    const { base, fault } = readName(name) ?? {}
    const options = base !== undefined && Object.hasOwn(deployments, base) ? deployments[base] : undefined
    if (!options) return kind === 'inference' ? unknownModel(name) : deploymentNotFound()
    const fails = due(name, fault)
    // Aborting the request is all that ends this one.
    if (fails === 'hang') await new Promise<never>(() => {})
    const failure = fails && HTTP_FAULTS[fails]
    if (failure) return failure({ model: options.model, authorization: request.headers.get('authorization') ?? '', audience, now: now() })
    const body = kind === 'inference' ? restrictKeys(parsed, request.headers.get('extra-parameters')) : { kept: parsed }
    return 'kept' in body ? complete(readRequest(body.kept, name), options, kind, fails) : body
  }

  function complete(request: EmulatedRequest, options: DeploymentOptions, kind: ServiceKind, fault: Fault | undefined): Reply {
    const refused = refuseRequest(request, options, kind)
    if (refused) return refused
    answers += 1
    const id = answers.toString(16).padStart(32, '0')
    const { model, dialect, reasoning = false } = options
    const created = Math.floor(now() / 1000)
    const said = tamperAnswer({ ...say(request, options), request, id, created, model, reasoning }, fault)
    const { streamType, rateLimited, frames, completion } = WRITERS[dialect]
    const streams = request.stream && fault !== 'json-200'
    const type = fault === 'no-content-type' ? {} : { 'content-type': streams ? streamType : 'application/json' }
    return {
      status: 200,
      headers: { ...type, ...BACKEND, ...(rateLimited ? limits(id, said.completionTokens + request.promptTokens, streams) : {}) },
      body: streams ? tamperStream(frames(said), fault) : tamperBody(JSON.stringify(completion(said)), fault),
    }
  }

  function limits(id: string, tokens: number, streams: boolean): Readonly<Record<string, string>> {
    return {
      'x-request-id': id.replace(/^(.{8})(.{4})(.{4})(.{4})/, '$1-$2-$3-$4-'),
      'x-ratelimit-limit-requests': String(REQUESTS_PER_MINUTE),
      'x-ratelimit-remaining-requests': String(Math.max(0, REQUESTS_PER_MINUTE - answers)),
      'x-ratelimit-reset-requests': '1',
      'x-ratelimit-limit-tokens': String(TOKENS_PER_MINUTE),
      'x-ratelimit-remaining-tokens': String(Math.max(0, TOKENS_PER_MINUTE - tokens)),
      'x-ratelimit-reset-tokens': '0',
      ...(streams ? { 'x-accel-buffering': 'no' } : {}),
    }
  }

  function listModels(): Reply {
    const data = Object.keys(deployments).map((id) => ({ id, object: 'model', created: 1_767_225_600, owned_by: 'system' }))
    return json(200, { object: 'list', data }, BACKEND)
  }

  return { answer }
}

/** Reads a body up to the limit; nothing where it is longer. */
async function readBody(request: Request): Promise<string | undefined> {
  if (Number(request.headers.get('content-length') ?? 0) > MAX_BODY_BYTES) return undefined
  // Firefox has no `Request.body`; there the whole body is in memory anyway.
  const parts: Uint8Array[] = []
  const reader = (request.body as ReadableStream<Uint8Array> | null | undefined)?.getReader()
  if (!reader) parts.push(new Uint8Array(await request.arrayBuffer()))
  let size = parts[0]?.byteLength ?? 0
  for (let part = await reader?.read(); part && !part.done && size <= MAX_BODY_BYTES; part = await reader?.read()) {
    size += part.value.byteLength
    parts.push(part.value)
  }
  if (size > MAX_BODY_BYTES) {
    await reader?.cancel()
    return undefined
  }
  const decoder = new TextDecoder()
  return parts.map((part) => decoder.decode(part, { stream: true })).join('') + decoder.decode()
}

function parse(text: string): unknown {
  try {
    return JSON.parse(text) as unknown
  } catch {
    return undefined
  }
}
