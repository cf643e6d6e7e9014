/**
 * Where MSAL's sign-ins land: hands the answer to the page that asked.
 * @module
 */
import { broadcastResponseToMainFrame } from '@azure/msal-browser/redirect-bridge'

void broadcastResponseToMainFrame()
