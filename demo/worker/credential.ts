/**
 * Settings in, what opens the upstream out.
 * @module
 */
import { clientCredentials } from 'keyless-chat/edge'
import type { Credential } from 'keyless-chat/edge'
import type { Settings } from './settings.ts'

/** Makes the credential: an application's, or that of an emulator, which gives its tokens to whoever asks. */
export function credentialOf(opener: Settings['opener']): Credential {
  if (!('tokenUrl' in opener)) return clientCredentials(opener)
  return async function emulatedToken({ signal }) {
    const response = await fetch(opener.tokenUrl, { signal })
    const { token, expiresOn } = (await response.json()) as { readonly token: string; readonly expiresOn: string }
    return { token, expiresOn: Date.parse(expiresOn) }
  }
}
