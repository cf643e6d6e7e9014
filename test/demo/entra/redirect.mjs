/**
 * The page that sign-ins return to: hands the answer over to the page that asked.
 * @module
 */
import { broadcastResponseToMainFrame } from '@azure/msal-browser/redirect-bridge'

await broadcastResponseToMainFrame()
