/**
 * What `npm run start:edge` runs: builds, then serves the demo's Worker in workerd.
 * @module
 */
await import('./build.mjs')
await import('../demo/worker/serve.mjs')
