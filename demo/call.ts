/**
 * A question's way in, the call that answers it out. Each way is a few lines over one entry of the library. Knows no document.
 * @module
 */
import { streamChat } from 'keyless-chat'
import type { AnswerInfo, ChatEvent, ChatMessage, ChatRequest, ChatResult, Connection, DataSource } from 'keyless-chat'
import { streamAs } from 'keyless-chat/structured'
import { runTools } from 'keyless-chat/tools'
import type { ApprovalRequest, ToolResultEvent } from 'keyless-chat/tools'
import type { Way } from './question.ts'
import type { PartialTrip, Trip } from './trip.ts'

/** Where what arrives goes. */
export interface CallView {
  take(event: ChatEvent | ToolResultEvent): void
  /** Asks the reader; rejects with the signal's reason. */
  approve(call: ApprovalRequest, signal: AbortSignal): Promise<boolean>
  /** Shows what has arrived of the form. */
  grow(trip: PartialTrip): void
  /** Shows the form that fits its schema. */
  fill(trip: Trip): void
}

/** What every way of asking has. A run of tools adds `messages`, and knows the ids of no single answer. */
interface Stream {
  readonly result: Promise<ChatResult & { readonly messages?: readonly ChatMessage[] }>
  readonly partial: ChatResult & { readonly messages?: readonly ChatMessage[] }
  readonly response?: Promise<AnswerInfo>
}

/** A call that has not begun. */
export interface Call {
  readonly stream: Stream
  /** Begins it and hands on what arrives, to its end. */
  readonly read: (view: CallView) => Promise<void>
}

/** What a call is made with. */
export interface CallSettings {
  readonly connection: Connection
  readonly dataSources: readonly DataSource[]
  readonly signal: AbortSignal
}

/** Prepares the call of a way. What only some ways need is loaded by them. */
export async function prepare(way: Way, request: ChatRequest, settings: CallSettings): Promise<Call> {
  if (way === 'tools') return withTools(request, settings)
  if (way === 'form') return asForm(request, settings)
  const { connection, dataSources, signal } = settings
  const stream = streamChat(connection, way === 'data' ? { ...request, data_sources: dataSources } : request, { signal })
  return {
    stream,
    async read(view) {
      for await (const event of stream) view.take(event)
    },
  }
}

async function withTools(request: ChatRequest, { connection, signal }: CallSettings): Promise<Call> {
  const { tools } = await import('./tools.ts')
  let reader: CallView | undefined
  // Without a reader nobody can say yes.
  const stream = runTools(connection, request, { tools, signal, approve: (call) => reader?.approve(call, signal) ?? false })
  return {
    stream,
    async read(view) {
      reader = view
      for await (const event of stream) view.take(event)
    },
  }
}

async function asForm(request: ChatRequest, { connection, signal }: CallSettings): Promise<Call> {
  const { jsonSchema, trip } = await import('./trip.ts')
  const stream = streamAs(connection, request, trip, { name: 'trip', jsonSchema, fallback: 'json_object', signal })
  return {
    stream,
    async read(view) {
      for await (const value of stream) view.grow(value)
      view.fill((await stream.result).value)
    },
  }
}
