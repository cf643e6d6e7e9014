/**
 * What went wrong and what to do about it, for every code that the library knows.
 * @module
 */
import type { ChatErrorCode } from 'keyless-chat'

/**
 * What a card's one button does: asks again; gets a new token and asks again; leads to the picker of deployments, the settings, the check of the connection or
 * the question, to word it anew; begins a new conversation; leaves out the parameter that is at fault.
 */
export type Action = 'retry' | 'renew' | 'deployment' | 'settings' | 'check' | 'reword' | 'fresh' | 'leave-out'

/** What a card says of a failure. */
export interface Advice {
  readonly title: string
  /** What the reader can do. */
  readonly remedy: string
  /** What helps most: a card that offered everything would leave the choice to somebody who does not know. */
  readonly action: Action
}

/** One entry for each code: the compiler complains where one is missing, or has no action. */
export const ADVICE = {
  'invalid-request': { title: 'The request cannot be sent', remedy: 'Nothing was sent. Correct what the details name, then try again.', action: 'reword' },
  unsupported: { title: 'This endpoint does not do that', remedy: 'Nothing was sent. Use an endpoint of another kind for this operation.', action: 'settings' },
  token: { title: 'No token was given', remedy: 'The page\'s server did not give a token. See whether it runs, then get a new one.', action: 'renew' },
  'interaction-required': { title: 'Please sign in', remedy: 'Nobody is signed in, or the session has ended. A token needs you, not just the page.', action: 'renew' },
  unauthorized: { title: 'The token was refused', remedy: 'A fresh token was tried as well. Sign in again to get another.', action: 'renew' },
  'wrong-audience': { title: 'The token is for another service', remedy: 'Ask for the scope that the service expects, then get a new token.', action: 'renew' },
  'missing-role': { title: 'You may not call models here', remedy: 'Have the role “Cognitive Services User” assigned to you on the resource, wait five minutes, then get a new token.', action: 'renew' },
  forbidden: { title: 'The network refused you', remedy: 'A firewall, a private endpoint or a gateway stands in between. Call from an allowed network, or have yours allowed.', action: 'check' },
  'route-not-found': { title: 'Nothing is served at this address', remedy: 'Check the endpoint\'s URL and its kind.', action: 'settings' },
  'deployment-not-found': { title: 'There is no such deployment', remedy: 'Choose another deployment. One that is minutes old may need a moment.', action: 'deployment' },
  'bad-request': { title: 'The service did not understand', remedy: 'Change what the service names in its words below, then try again.', action: 'reword' },
  'unsupported-parameter': { title: 'The model does not take a parameter', remedy: 'Leave the parameter out, or choose a deployment that takes it.', action: 'leave-out' },
  'use-responses': { title: 'The model answers that elsewhere', remedy: 'This deployment answers on the Responses API. Choose another one, or one that this page asks there.', action: 'deployment' },
  'context-length': { title: 'The conversation is too long', remedy: 'Begin a new conversation, which takes your message along, or shorten it.', action: 'fresh' },
  'content-filter': { title: 'The content filter refused the message', remedy: 'Put it in other words. This message will not be sent along with your next one.', action: 'reword' },
  'rate-limited': { title: 'Too many requests', remedy: 'Wait as long as the service asks, then try again.', action: 'retry' },
  'quota-exceeded': { title: 'The quota is used up', remedy: 'Waiting a moment does not help. Ask for more quota, or choose another deployment.', action: 'deployment' },
  'server-error': { title: 'The service has failed', remedy: 'This is not your doing. Try again in a moment; the request id helps support.', action: 'retry' },
  network: { title: 'The service cannot be reached', remedy: 'Check your connection. If that is fine, the service may not allow this page\'s origin (CORS).', action: 'retry' },
  redirected: { title: 'The service points elsewhere', remedy: 'A token is never taken to another address. Set the endpoint to the final one.', action: 'settings' },
  'connect-timeout': { title: 'No reply in time', remedy: 'The service did not begin to answer. Try again.', action: 'retry' },
  'first-event-timeout': { title: 'The answer did not begin in time', remedy: 'The service accepted the request and then kept silent. Try again.', action: 'retry' },
  'idle-timeout': { title: 'The answer stopped coming', remedy: 'What came is kept. Try again for a whole answer.', action: 'retry' },
  'total-timeout': { title: 'The answer took too long', remedy: 'What came is kept. Ask for less, or allow more time.', action: 'retry' },
  aborted: { title: 'The answer was left', remedy: 'What came is kept. Try again for a whole answer.', action: 'retry' },
  truncated: { title: 'The answer was cut off', remedy: 'The connection ended before the model had finished. What came is kept; try again for a whole answer.', action: 'retry' },
  'not-a-stream': { title: 'That was no model', remedy: 'Something else answered, such as a sign-in page or a proxy. Check the endpoint and your network.', action: 'check' },
  malformed: { title: 'The answer cannot be read', remedy: 'Something on the way has changed it, or the service has. What came before is kept; try again.', action: 'retry' },
  'too-large': { title: 'The answer is too large', remedy: 'One part of it was larger than this page takes. Ask for less.', action: 'reword' },
  'too-many-rounds': { title: 'The model does not stop calling tools', remedy: 'It was asked as often as this page allows. What came of its calls is kept; ask in other words.', action: 'reword' },
  'invalid-tool-call': { title: 'The model called a tool wrongly', remedy: 'It was told what was wrong and did it again. Ask in other words, or choose another deployment.', action: 'reword' },
  refused: { title: 'The model declines', remedy: 'Its words are kept. Put your request in other words.', action: 'reword' },
  incomplete: { title: 'The answer was not finished', remedy: 'What came is kept. Allow more tokens, or ask for less.', action: 'retry' },
  'schema-violation': { title: 'The answer has another shape', remedy: 'What came is kept. Try again, or choose a deployment that keeps to a schema.', action: 'retry' },
} as const satisfies Record<ChatErrorCode, Advice>
