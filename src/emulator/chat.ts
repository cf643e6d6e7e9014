/**
 * A chat request in, the completion or the stream of the deployment's dialect out.
 * Runtimes: all. Imports: `./asked.ts`, `./bodies.ts`, `./check.ts`, `./dialects/on-your-data.ts`,
 * `./dialects/writers.ts`, `./faults-stream.ts`, `./grounding.ts`, `./limits.ts`, `./reply.ts`, `./request.ts`.
 * @module
 */
import { idOf } from './asked.ts'
import type { Asked } from './asked.ts'
import { BACKEND, operationNotSupported, typed } from './bodies.ts'
import type { Reply } from './bodies.ts'
import { refuseRequest } from './check.ts'
import * as onYourData from './dialects/on-your-data.ts'
import { WRITERS } from './dialects/writers.ts'
import { tamperAnswer, tamperBody, tamperStream } from './faults-stream.ts'
import { contextOf } from './grounding.ts'
import { limits } from './limits.ts'
import { say } from './reply.ts'
import { readRequest } from './request.ts'

/** Answers `chat/completions`. */
export function complete(asked: Asked): Reply {
  const { options, fault, created } = asked
  const { model, dialect, reasoning = false } = options
  const writer = WRITERS[dialect]
  if (!writer) return operationNotSupported('chat', model)
  const request = readRequest(asked.body, asked.name)
  const refused = refuseRequest(request, options, asked.kind)
  if (refused) return refused
  const said = tamperAnswer({ ...say(request, options), request, id: idOf(asked), created, model, reasoning }, fault)
  // A function's call goes before a search, as the documents have it.
  const context = said.choices[0]?.calls.length === 0 ? contextOf(asked.body, request.prompt) : undefined
  const streams = request.stream && fault !== 'json-200'
  const told = writer.rateLimited ? { ...limits(asked, said.completionTokens + request.promptTokens), ...(streams ? { 'x-accel-buffering': 'no' } : {}) } : {}
  return {
    status: 200,
    headers: { ...typed(streams ? writer.streamType : 'application/json', fault), ...BACKEND, ...told },
    body: streams ? tamperStream(context ? onYourData.frames(said, context) : writer.frames(said), fault) : tamperBody(JSON.stringify(context ? onYourData.completion(said, context) : writer.completion(said)), fault, 'choices'),
  }
}
