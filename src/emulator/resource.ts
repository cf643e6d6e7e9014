/**
 * The resource behind the front door: finds the deployment, reads the body, lets the model answer or a fault in its place.
 * Runtimes: all. Imports: the rest of this room, below `./emulator.ts`.
 * @module
 */
import type { Asked } from './asked.ts'
import { BACKEND, deploymentNotFound, json, noModelName, openaiError, operationNotSupported, unknownModel } from './bodies.ts'
import type { Reply } from './bodies.ts'
import type { WritableCall } from './call.ts'
import { complete } from './chat.ts'
import { restrictKeys } from './check.ts'
import { serves } from './deployments.ts'
import type { DeploymentOptions, ModelOperation } from './deployments.ts'
import { embed } from './embeddings.ts'
import { createFaultCounter, readName } from './faults.ts'
import { HTTP_FAULTS } from './faults-http.ts'
import { embedImages } from './images.ts'
import { describe } from './info.ts'
import { MAX_BODY_BYTES, parse, receiveText } from './receive.ts'
import { isObject } from './request.ts'
import type { JsonObject } from './request.ts'
import { createResponses } from './responses/responses.ts'
import type { Route } from './route.ts'

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

/** Creates a resource, which counts its answers and the faults that happen once. */
export function createResource({ deployments, audience, now }: ResourceOptions): Resource {
  const due = createFaultCounter()
  const responses = createResponses()
  const operations: Readonly<Record<ModelOperation | 'model-info', (asked: Asked) => Reply>> = {
    chat: complete,
    embeddings: embed,
    'image-embeddings': embedImages,
    'model-info': describe,
    responses: responses.create,
  }
  let answers = 0

  async function answer({ operation, kind, deployment, response }: Route, request: Request, call: WritableCall): Promise<Reply> {
    call.operation = operation
    if (operation === 'models') return listModels()
    if (response !== undefined) return responses.stored(request.method, response)
    const received = operation === 'model-info' ? { kept: {} } : await receive(request, call)
    if (!('kept' in received)) return received
    const name = deployment ?? received.kept['model']
    if (typeof name !== 'string' || name === '') return kind === 'inference' ? noModelName() : openaiError(400, 'you must provide a model parameter', null, null)
    call.deployment = name
    const { base, fault: named } = readName(name) ?? {}
    const options = base !== undefined && Object.hasOwn(deployments, base) ? deployments[base] : undefined
    if (!options) return kind === 'inference' ? unknownModel(name) : deploymentNotFound()
    const fault = due(name, named)
    // Aborting the request is all that ends this one.
    if (fault === 'hang') await new Promise<never>(() => {})
    const failure = fault && HTTP_FAULTS[fault]
    if (failure) return failure({ operation, model: options.model, authorization: request.headers.get('authorization') ?? '', audience, now: now() })
    if (operation !== 'model-info' && !serves(options, operation)) return operationNotSupported(operation, options.model)
    const restricted = kind === 'inference' && operation !== 'model-info' ? restrictKeys(received.kept, operation, request.headers.get('extra-parameters')) : received
    if (!('kept' in restricted)) return restricted
    const reply = operations[operation]({ body: restricted.kept, name, options, kind, fault, serial: answers + 1, created: Math.floor(now() / 1000) })
    if (reply.status === 200) answers += 1
    return reply
  }

  /** Those for chat alone: it is from this list that clients let people choose. */
  function listModels(): Reply {
    const names = Object.entries(deployments).filter(([, options]) => serves(options, 'chat')).map(([id]) => id)
    return json(200, { object: 'list', data: names.map((id) => ({ id, object: 'model', created: 1_767_225_600, owned_by: 'system' })) }, BACKEND)
  }

  return { answer }
}

/** Reads a request's body and records it. */
async function receive(request: Request, call: WritableCall): Promise<{ readonly kept: JsonObject } | Reply> {
  const text = await receiveText(request)
  if (text === undefined) return json(413, { error: { code: '413', message: `Request body too large. The maximum is ${MAX_BODY_BYTES} bytes.` } })
  const parsed = parse(text)
  call.body = parsed
  return isObject(parsed) ? { kept: parsed } : openaiError(400, 'We could not parse the JSON body of your request.', null, null)
}
