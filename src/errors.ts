/**
 * The one error family of the library: a closed union of codes, each with its facts as fields.
 * Runtimes: all. Imports: nothing.
 * @module
 */

/** Where a content filter struck, and which of its categories said what. */
export interface ContentFilter {
  /** `prompt`: the service refused to answer. `completion`: it cut or retracted what the model said. */
  readonly source: 'prompt' | 'completion'
  /** True where something was withheld; false for a mere annotation. */
  readonly filtered: boolean
  /** Verdicts by category: `hate`, `self_harm`, `jailbreak`, `protected_material_text` … An open set. */
  readonly categories: Readonly<Record<string, FilterVerdict>>
}

/** One category's verdict; which members are there depends on the category. */
export interface FilterVerdict {
  readonly filtered?: boolean
  readonly severity?: 'safe' | 'low' | 'medium' | 'high' | (string & {})
  readonly detected?: boolean
  readonly [detail: string]: unknown
}

/** A call of a function that the model asks for; `arguments` is JSON text as the model wrote it. */
export interface ToolCall {
  readonly index: number
  readonly id: string
  readonly name: string
  readonly arguments: string
}

/** What of an answer had arrived when a call failed; the first choice's, as on the result. */
export interface PartialAnswer {
  readonly text: string
  readonly reasoning: string
  readonly refusal: string
  /** The last of these may have incomplete `arguments`. */
  readonly toolCalls: readonly ToolCall[]
  /** Every choice, for requests with `n` above 1. */
  readonly choices: readonly { readonly index: number; readonly text: string }[]
}

/** One thing that is wrong with a value that a model wrote; `path` is such as `days[0].name`, and `''` for the value itself. */
export interface SchemaIssue { readonly path: string; readonly message: string }

/** Facts that any failure may carry. */
export interface CommonFacts {
  /** For Microsoft's support; `undefined` where there was no answer or CORS hides it. */
  readonly requestId?: string | undefined
  /** Requests sent for this call, the refused token's included. */
  readonly attempts?: number | undefined
  /** What had arrived; absent where nothing could have. */
  readonly partial?: PartialAnswer | undefined
  /** What a run of tools had added to the conversation, ready to be sent again. */
  readonly messages?: readonly object[] | undefined
  /** The embeddings of the first inputs, which came before a later batch failed. */
  readonly embeddings?: readonly Float32Array[] | undefined
}

/** Facts of a failure that the service reported, over HTTP or inside a stream. */
export interface ServiceFacts {
  /** HTTP status, or the one that an error inside a stream names; 0 where it names none. */
  readonly status: number
  /** The service's own code, such as `DeploymentNotFound`. */
  readonly serviceCode?: string | undefined
  /** The service's own words, at most 300 characters, without the token should it have echoed that. */
  readonly serviceMessage?: string | undefined
  /** The request's parameter that the service names. */
  readonly param?: string | undefined
  /** The URL called, without its query. */
  readonly url: string
  /** True where the error came inside a stream that had begun with status 200. */
  readonly midStream?: boolean | undefined
  /** How long the service asked to wait, in milliseconds. */
  readonly retryAfterMs?: number | undefined
}

/** Facts of a time limit that passed: the limit, in milliseconds. */
export interface TimeoutFacts { readonly limitMs: number }

/** Every code and the facts that come with it. */
export interface FactsByCode {
  /** An option or request that cannot be sent; nothing was. */
  'invalid-request': {}
  /** The endpoint's kind does not serve this operation, and `kinds` do; nothing was sent. */
  unsupported: { readonly kind: string; readonly operation: string; readonly kinds?: readonly string[] | undefined }
  /** The token provider failed or gave something that is not a token; `cause` is its own error. */
  token: {}
  /** The provider needs the user: call your sign-in from a click, then ask again. */
  'interaction-required': { readonly claims?: string | undefined }
  /** 401: the token was refused, and a fresh one too. */
  unauthorized: ServiceFacts
  /** 401: the token is for another audience. */
  'wrong-audience': ServiceFacts & { readonly scope: string; readonly expectedScope: string }
  /** 401 or 403: signed in, but without a role that may call models. */
  'missing-role': ServiceFacts
  /** 403: firewall, private endpoint or gateway. */
  forbidden: ServiceFacts
  /** 404: nothing is served at this URL. */
  'route-not-found': ServiceFacts
  /** 404 or 400: the resource has no deployment of that name. */
  'deployment-not-found': ServiceFacts
  /** Another 4xx. */
  'bad-request': ServiceFacts
  /** 400 or 422: the model does not take the parameter `param`. */
  'unsupported-parameter': ServiceFacts
  /** 400: the model answers this on the Responses API alone: wrap the connection with `responses()` of `keyless-chat/responses`. */
  'use-responses': ServiceFacts
  /** 400: prompt and answer do not fit the model's context window. */
  'context-length': ServiceFacts
  /** 400: the content filter refused the prompt. */
  'content-filter': ServiceFacts & { readonly contentFilter: ContentFilter }
  /** 429, or an error inside a stream that says so: wait `retryAfterMs`, then ask again. */
  'rate-limited': ServiceFacts
  /** 429 or 403: a quota is used up; waiting a moment does not help. */
  'quota-exceeded': ServiceFacts
  /** 408, 424, 5xx, or an error inside a stream that says no more. */
  'server-error': ServiceFacts
  /** No answer came at all. */
  network: { readonly url: string; readonly possibleCauses: readonly ('unreachable' | 'cors')[] }
  /** The service answered with a redirect, which is never followed with a token. */
  redirected: { readonly url: string; readonly status: number }
  /** No token and response headers within `connectMs`. */
  'connect-timeout': TimeoutFacts
  /** Headers, but no event within `firstEventMs`. */
  'first-event-timeout': TimeoutFacts
  /** Events, then none for `idleMs`. */
  'idle-timeout': TimeoutFacts
  /** The whole call exceeded `totalMs`. */
  'total-timeout': TimeoutFacts
  /** The caller left the stream; only `stream.result` rejects with it, `cause` is the signal's reason if there was one. */
  aborted: {}
  /** The answer ended, or its connection broke, before the model had finished. */
  truncated: {}
  /** Status 200, but no answer of a model: a sign-in page, say. */
  'not-a-stream': { readonly contentType?: string | undefined; readonly snippet: string }
  /** A known field has the wrong type; `path` says which. */
  malformed: { readonly path: string }
  /** One message exceeds `maxMessageBytes`. */
  'too-large': { readonly maxMessageBytes: number }
  /** A run of tools asked the model `maxRounds` times, and it still calls tools; `messages` hold what came of them. */
  'too-many-rounds': { readonly maxRounds: number }
  /** The model called a tool wrongly, was told how, and did it again; `partial` holds the call. */
  'invalid-tool-call': { readonly tool: string; readonly issues: readonly SchemaIssue[] }
  /** The model declines to give a structured answer; its words are `partial.refusal`. */
  refused: {}
  /** A structured answer was cut: by a limit of tokens, by the content filter, or for a tool call. */
  incomplete: { readonly finishReason: string | undefined; readonly contentFilter?: ContentFilter | undefined }
  /** A structured answer does not fit its schema, or is no JSON; its text is `partial.text`. */
  'schema-violation': { readonly issues: readonly SchemaIssue[] }
}

/** The closed union of error codes. */
export type ChatErrorCode = keyof FactsByCode
/** The facts of one code. */
export type ChatErrorFacts<Code extends ChatErrorCode> = FactsByCode[Code] & CommonFacts
/** Any {@link ChatError}, so that `switch (error.code)` narrows its facts. */
export type AnyChatError = { [Code in ChatErrorCode]: ChatError<Code> & Readonly<ChatErrorFacts<Code>> }[ChatErrorCode]

/**
 * A failure, told apart by `code`, with its facts as fields.
 *
 * Never holds a token, a request or a response. An abort by the caller is not a `ChatError`: it stays the signal's own reason.
 *
 * @example
 * ```ts
 * try {
 *   await chat(foundry, request)
 * } catch (error) {
 *   if (!isChatError(error)) throw error
 *   if (error.code === 'rate-limited') await wait(error.retryAfterMs ?? 1000)
 *   else if (error.code === 'interaction-required') showSignInButton(error.claims)
 *   else show(error.message)
 * }
 * ```
 */
export class ChatError<Code extends ChatErrorCode = ChatErrorCode> extends Error {
  override readonly name: 'ChatError' = 'ChatError'
  readonly code: Code

  constructor(code: Code, message: string, facts?: ChatErrorFacts<Code>, options?: ErrorOptions) {
    super(message, options)
    this.code = code
    Object.assign(this, facts)
  }
}

/**
 * Tells whether a caught value is a {@link ChatError}, also one of another copy of the library or another realm.
 *
 * @example
 * ```ts
 * if (isChatError(error) && error.code === 'truncated') keep(error.partial?.text)
 * ```
 */
export function isChatError(value: unknown): value is AnyChatError {
  const error = value as Partial<ChatError> | null | undefined
  return error?.name === 'ChatError' && typeof error.code === 'string'
}
