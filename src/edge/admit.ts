/**
 * A caller's body in; what is sent in its place out, narrowed to what the caller may ask for.
 * Runtimes: all. Imports: `../schemas` (types), `./body.ts` (types), `./caller.ts` (types), `./deployments.ts`, `./refusal.ts`, valibot.
 * @module
 */
import * as v from 'valibot'
import type { WireObject } from '../schemas/completion.ts'
import type { ReadBody } from './body.ts'
import type { Caller } from './caller.ts'
import { MAX_OUTPUT_TOKENS, TOOL_TYPES, WIRE } from './deployments.ts'
import type { RelayOperation, RelayedDeployment } from './deployments.ts'
import { Refusal } from './refusal.ts'

/** Limits of what one request may hold. */
export interface BodyLimits {
  readonly messages: number
  readonly choices: number
}

/** A request that may be sent. */
export interface Admission {
  /** The deployment's public name. */
  readonly alias: string
  readonly rule: RelayedDeployment
  readonly streamed: boolean
  /** What is sent, but for `model`, which upstreams may call differently. */
  readonly body: WireObject
  /** Whether usage was asked for on the relay's own account. */
  readonly usageAdded: boolean
  /** Answers asked for. */
  readonly choices: number
  /** About how many tokens the prompt has. */
  readonly promptTokens: number
  /** Most tokens that the answers may have. */
  readonly answerTokens: number
  /** More than prompt and answers can have together. */
  readonly mostTokens: number
}

/** As much of a parameter's name as is repeated. */
const MAX_NAME = 64

const count = /* @__PURE__ */ v.nullish(/* @__PURE__ */ v.pipe(/* @__PURE__ */ v.number(), /* @__PURE__ */ v.integer(), /* @__PURE__ */ v.minValue(1)))
const flag = /* @__PURE__ */ v.nullish(/* @__PURE__ */ v.boolean())
const tools = /* @__PURE__ */ v.nullish(/* @__PURE__ */ v.array(/* @__PURE__ */ v.looseObject({ type: /* @__PURE__ */ v.string() })))
const options = /* @__PURE__ */ v.nullish(/* @__PURE__ */ v.looseObject({ include_usage: flag }))
const input = /* @__PURE__ */ v.union([/* @__PURE__ */ v.string(), /* @__PURE__ */ v.pipe(/* @__PURE__ */ v.array(/* @__PURE__ */ v.unknown()), /* @__PURE__ */ v.minLength(1))])

/** What the relay itself reads of a body; the rest is the upstream's to judge. */
interface Envelope {
  readonly stream?: boolean | null | undefined
  readonly stream_options?: { readonly include_usage?: boolean | null | undefined } | null | undefined
  readonly n?: number | null | undefined
  readonly tools?: readonly { readonly type: string }[] | null | undefined
  readonly [member: string]: unknown
}

const SCHEMAS: Readonly<Record<RelayOperation, v.GenericSchema<unknown, Envelope>>> = {
  'chat/completions': /* @__PURE__ */ v.looseObject({
    messages: /* @__PURE__ */ v.pipe(/* @__PURE__ */ v.array(/* @__PURE__ */ v.looseObject({ role: /* @__PURE__ */ v.string() })), /* @__PURE__ */ v.minLength(1)),
    stream: flag,
    stream_options: options,
    n: count,
    max_tokens: count,
    max_completion_tokens: count,
    tools,
  }),
  responses: /* @__PURE__ */ v.looseObject({ input, stream: flag, stream_options: options, max_output_tokens: count, tools }),
  embeddings: /* @__PURE__ */ v.looseObject({ input }),
}

/**
 * Checks a body and writes what is sent in its place: known parameters alone, limits of output tokens lowered, usage asked for where a
 * quota counts it, nothing kept at the service.
 *
 * @throws `Refusal` 400 or 404, naming the parameter
 */
export function admit({ value, promptTokens, mostPromptTokens, references }: ReadBody, operation: RelayOperation, caller: Caller, deployments: Readonly<Record<string, RelayedDeployment>>, limits: BodyLimits, meter: boolean): Admission {
  const [alias, rule] = deploymentOf(value['model'], operation, caller, deployments)
  checkNames(value, operation, rule)
  checkReferences(references, rule)
  checkLength(value, operation, limits)
  // One issue is enough, and a body could make half a million.
  const { success, output, issues } = v.safeParse(SCHEMAS[operation], value, { abortEarly: true })
  if (!success) {
    // Its words quote what was received; the path and what was expected say enough.
    const path = v.getDotPath(issues[0]) ?? ''
    throw new Refusal(400, 'invalid_value', `Cannot relay the request as ${path} must be ${issues[0].expected ?? 'valid'}`, { param: path })
  }
  const choices = output.n ?? 1
  if (choices > limits.choices) throw new Refusal(400, 'invalid_value', `Cannot ask for more than ${limits.choices} choices: n is ${choices}`, { param: 'n' })
  checkTools(output, rule)
  const streamed = output.stream === true && operation !== 'embeddings'
  const usageAdded = meter && streamed && operation === 'chat/completions' && output.stream_options?.include_usage == null
  const { name, most } = outputLimit(value, operation, rule)
  const answerTokens = most * choices
  // All of its names are replaced by the one that the deployment knows: of two, a service may heed the one that is not limited.
  const rest = Object.fromEntries(Object.entries(value).filter(([member]) => !WIRE[operation].limits.includes(member)))
  return {
    alias,
    rule,
    streamed,
    usageAdded,
    choices,
    promptTokens,
    answerTokens: answerTokens < Infinity ? answerTokens : 0,
    mostTokens: mostPromptTokens + (answerTokens < Infinity ? answerTokens : 0),
    body: {
      ...rest,
      ...(name !== undefined && most < Infinity && { [name]: most }),
      ...(usageAdded && { stream_options: { ...output.stream_options, include_usage: true } }),
      // The service keeps responses for 30 days unless told not to.
      ...(operation === 'responses' && { store: rule.parameters?.includes('store') ? (value['store'] ?? false) : false }),
    },
  }
}

/** Finds the deployment. One that exists and is not theirs looks to callers like one that does not exist. */
function deploymentOf(model: unknown, operation: RelayOperation, caller: Caller, deployments: Readonly<Record<string, RelayedDeployment>>): readonly [alias: string, rule: RelayedDeployment] {
  const rule = typeof model === 'string' && Object.hasOwn(deployments, model) ? deployments[model] : undefined
  if (typeof model !== 'string' || !rule || (caller.deployments && !caller.deployments.includes(model))) {
    throw new Refusal(404, 'DeploymentNotFound', 'Cannot find a deployment of this name', { param: 'model' })
  }
  if (rule.operations && !rule.operations.includes(operation)) throw new Refusal(400, 'OperationNotSupported', `Cannot ask ${model} for ${operation}`, { param: 'model' })
  return [model, rule]
}

function checkNames(value: WireObject, operation: RelayOperation, { parameters = WIRE[operation].parameters }: RelayedDeployment): void {
  const unknown = Object.keys(value).find((name) => !WIRE[operation].basic.includes(name) && !parameters.includes(name))?.slice(0, MAX_NAME)
  if (unknown !== undefined) throw new Refusal(400, 'unsupported_parameter', `Cannot relay the parameter ${JSON.stringify(unknown)}: this relay does not allow it`, { param: unknown })
}

/** What is kept at a shared resource may be another caller's: its id must not be enough. */
function checkReferences(references: readonly string[], { parameters = [] }: RelayedDeployment): void {
  const found = references.find((reference) => !parameters.includes(reference))
  if (found) throw new Refusal(400, 'unsupported_parameter', `Cannot relay a reference by ${found}: this relay does not allow it`, { param: found })
}

/** Before anything looks at each of them. Texts to embed are no conversation: the service has a limit of its own, and the body's size is one. */
function checkLength(value: WireObject, operation: RelayOperation, { messages }: BodyLimits): void {
  const param = operation === 'chat/completions' ? 'messages' : 'input'
  const items = value[param]
  if (operation === 'embeddings' || !Array.isArray(items) || items.length <= messages) return
  throw new Refusal(400, 'too_many_messages', `Cannot relay more than ${messages} messages: there are ${items.length}`, { param })
}

function checkTools({ tools }: Envelope, { toolTypes = TOOL_TYPES }: RelayedDeployment): void {
  if (tools?.some(({ type }) => !toolTypes.includes(type))) throw new Refusal(400, 'unsupported_parameter', `Cannot offer tools of this type: this relay allows ${toolTypes.join(', ')}`, { param: 'tools' })
}

/** The least of all limits that the request and the deployment name, and what the deployment calls it; `Infinity` where there is none. */
function outputLimit(value: WireObject, operation: RelayOperation, { maxOutputTokens = MAX_OUTPUT_TOKENS, outputLimit: known = 'max_completion_tokens' }: RelayedDeployment): { readonly name: string | undefined; readonly most: number } {
  const { limits } = WIRE[operation]
  const name = limits.includes(known) ? known : limits[0]
  const named = limits.flatMap((limit) => (value[limit] == null ? [] : Number(value[limit])))
  return { name, most: name === undefined ? 0 : Math.min(maxOutputTokens, ...named) }
}
