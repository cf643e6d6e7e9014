/**
 * A failure in, what to do about it out.
 * @module
 */
import type { AnyChatError } from 'keyless-chat'

/** Says what the reader of the page can do. Codes that are the page's own mistake say it in their message. */
export function adviceFor(error: AnyChatError): string {
  switch (error.code) {
    case 'interaction-required':
    case 'unauthorized':
      return 'Your session has ended: sign in again.'
    case 'missing-role':
      return 'You may not call models here: ask for the role Cognitive Services User.'
    case 'rate-limited':
      return `Too many requests: try again in ${Math.ceil((error.retryAfterMs ?? 1000) / 1000)} s.`
    case 'quota-exceeded':
      return 'The quota is used up, and waiting a moment does not help: choose another deployment.'
    case 'content-filter':
      return `The content filter refused the message (${Object.keys(error.contentFilter.categories).join(', ')}): put it in other words.`
    case 'context-length':
      return 'The conversation is too long: begin a new one.'
    case 'deployment-not-found':
      return 'There is no deployment of that name: choose another one.'
    case 'truncated':
    case 'idle-timeout':
      return 'The answer was cut off. What came is kept: try again for a whole one.'
    case 'server-error':
      return 'The service has failed, which is not your doing. What came is kept: try again in a moment.'
    case 'network':
      return 'The service cannot be reached: check the connection, and whether it allows this page (CORS).'
    default:
      return error.message
  }
}
