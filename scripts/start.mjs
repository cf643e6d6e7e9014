/**
 * What `npm start` runs: builds, then serves the demo.
 * @module
 */
await import('./build.mjs')
await import('../demo/serve.mjs')
