// What fits between this library's types and those of the `openai` package, checked by the compiler alone.
import type OpenAI from 'openai'
import type { ChatChoice, ChatMessage, ChatRequest, ChatResult, Usage } from '../../src/index.ts'

type Chat = OpenAI.Chat.Completions.ChatCompletionCreateParams
type Fits<A, B> = A extends B ? true : false
const holds = <_ extends true>(): void => {}

// A request for theirs is one for ours, streamed or not, with every message, part and tool that they know.
holds<Fits<OpenAI.Chat.Completions.ChatCompletionCreateParamsNonStreaming, ChatRequest>>()
holds<Fits<OpenAI.Chat.Completions.ChatCompletionCreateParamsStreaming, ChatRequest>>()
holds<Fits<Chat, ChatRequest>>()
export const take = (request: Chat): ChatRequest => request
export const message = (theirs: OpenAI.Chat.Completions.ChatCompletionMessageParam): ChatMessage => theirs
export const tool = (theirs: OpenAI.Chat.Completions.ChatCompletionTool): NonNullable<ChatRequest['tools']>[number] => theirs

// An answer of ours is read by what reads theirs: the message, its calls, what was counted, and why it ended.
export const answered = ({ message }: ChatResult): OpenAI.Chat.Completions.ChatCompletionMessageParam => message
export const content = ({ message }: ChatResult): OpenAI.Chat.Completions.ChatCompletionMessage['content'] => message.content
export const calls = ({ message }: ChatChoice): OpenAI.Chat.Completions.ChatCompletionMessageToolCall[] => [...(message.tool_calls ?? [])]
export const counted = (usage: Usage): Pick<OpenAI.CompletionUsage, 'prompt_tokens' | 'completion_tokens' | 'total_tokens'> => usage
export const choice = ({ choices }: ChatResult): Pick<OpenAI.Chat.Completions.ChatCompletion.Choice, 'index'>[] => [...choices]
export const known = ({ id, model }: ChatResult): Partial<Pick<OpenAI.Chat.Completions.ChatCompletion, 'id' | 'model'>> => ({ ...(id && { id }), ...(model && { model }) })

// The round trip: what was answered is asked with, by either.
export const again = (request: Chat, { message }: ChatResult): Chat => ({ ...request, messages: [...request.messages, message] })
