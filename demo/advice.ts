/**
 * What went wrong and what to do about it, for every code that the library knows.
 * @module
 */
import type { ChatErrorCode } from 'keyless-chat'

/** What a card says of a failure. */
export interface Advice {
  readonly title: string
  /** What the reader can do. */
  readonly remedy: string
  /** True where a new token may help. */
  readonly renew?: boolean
}

/** One entry for each code: the compiler complains where one is missing. */
export const ADVICE = {
  'invalid-request': { title: 'The request cannot be sent', remedy: 'Nothing was sent. Correct what the details name, then try again.' },
  unsupported: { title: 'This endpoint does not do that', remedy: 'Nothing was sent. Use an endpoint of another kind for this operation.' },
  token: { title: 'No token was given', remedy: 'The page\'s server did not give a token. See whether it runs, then get a new one.', renew: true },
  'interaction-required': { title: 'Please sign in', remedy: 'Nobody is signed in, or the session has ended. A token needs you, not just the page.', renew: true },
  unauthorized: { title: 'The token was refused', remedy: 'A fresh token was tried as well. Sign in again to get another.', renew: true },
  'wrong-audience': { title: 'The token is for another service', remedy: 'Ask for the scope that the service expects, then get a new token.', renew: true },
  'missing-role': { title: 'You may not call models here', remedy: 'Have the role “Cognitive Services User” assigned to you on the resource, wait five minutes, then get a new token.', renew: true },
  forbidden: { title: 'The network refused you', remedy: 'A firewall, a private endpoint or a gateway stands in between. Call from an allowed network, or have yours allowed.' },
  'route-not-found': { title: 'Nothing is served at this address', remedy: 'Check the endpoint\'s URL and its kind.' },
  'deployment-not-found': { title: 'There is no such deployment', remedy: 'Choose another deployment. One that is minutes old may need a moment.' },
  'bad-request': { title: 'The service did not understand', remedy: 'Change what the service names in its words below, then try again.' },
  'unsupported-parameter': { title: 'The model does not take a parameter', remedy: 'Leave the parameter out, or choose a deployment that takes it.' },
  'use-responses': { title: 'The model answers that elsewhere', remedy: 'This deployment answers on the Responses API. Choose another one, or one that this page asks there.' },
  'context-length': { title: 'The conversation is too long', remedy: 'Start a new conversation, or shorten your message.' },
  'content-filter': { title: 'The content filter refused the message', remedy: 'Put it in other words. This message will not be sent along with your next one.' },
  'rate-limited': { title: 'Too many requests', remedy: 'Wait as long as the service asks, then try again.' },
  'quota-exceeded': { title: 'The quota is used up', remedy: 'Waiting a moment does not help. Ask for more quota, or choose another deployment.' },
  'server-error': { title: 'The service has failed', remedy: 'This is not your doing. Try again in a moment; the request id helps support.' },
  network: { title: 'The service cannot be reached', remedy: 'Check your connection. If that is fine, the service may not allow this page\'s origin (CORS).' },
  redirected: { title: 'The service points elsewhere', remedy: 'A token is never taken to another address. Set the endpoint to the final one.' },
  'connect-timeout': { title: 'No reply in time', remedy: 'The service did not begin to answer. Try again.' },
  'first-event-timeout': { title: 'The answer did not begin in time', remedy: 'The service accepted the request and then kept silent. Try again.' },
  'idle-timeout': { title: 'The answer stopped coming', remedy: 'What came is kept. Try again for a whole answer.' },
  'total-timeout': { title: 'The answer took too long', remedy: 'What came is kept. Ask for less, or allow more time.' },
  aborted: { title: 'The answer was left', remedy: 'What came is kept. Try again for a whole answer.' },
  truncated: { title: 'The answer was cut off', remedy: 'The connection ended before the model had finished. What came is kept; try again for a whole answer.' },
  'not-a-stream': { title: 'That was no model', remedy: 'Something else answered, such as a sign-in page or a proxy. Check the endpoint and your network.' },
  malformed: { title: 'The answer cannot be read', remedy: 'Something on the way has changed it, or the service has. What came before is kept; try again.' },
  'too-large': { title: 'The answer is too large', remedy: 'One part of it was larger than this page takes. Ask for less.' },
  'too-many-rounds': { title: 'The model does not stop calling tools', remedy: 'It was asked as often as this page allows. What came of its calls is kept; ask in other words.' },
  'invalid-tool-call': { title: 'The model called a tool wrongly', remedy: 'It was told what was wrong and did it again. Ask in other words, or choose another deployment.' },
  refused: { title: 'The model declines', remedy: 'Its words are kept. Put your request in other words.' },
  incomplete: { title: 'The answer was not finished', remedy: 'What came is kept. Allow more tokens, or ask for less.' },
  'schema-violation': { title: 'The answer has another shape', remedy: 'What came is kept. Try again, or choose a deployment that keeps to a schema.' },
} as const satisfies Record<ChatErrorCode, Advice>
