/**
 * Has Azure's packages load their builds for browsers, in which they stream by fetch, as all others here do.
 * Runtime: Node. Imports: nothing.
 * @module
 */
import { registerHooks } from 'node:module'

const AZURE = /(^|\/)@(azure|azure-rest|typespec)\//

registerHooks({
  resolve(specifier, context, nextResolve) {
    const azure = AZURE.test(specifier) || AZURE.test(context.parentURL ?? '')
    return nextResolve(specifier, azure ? { ...context, conditions: ['browser', ...context.conditions] } : context)
  },
})
