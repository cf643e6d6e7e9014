/**
 * Stands in for the demo's server on a host of plain files: where `config.json` names no endpoint, the page talks to an emulator in the page.
 * Imported before the page, whose every call is by `globalThis.fetch`; the emulator is loaded by those alone who have no `config.json`.
 * Runtime: browsers. Imports: `./emulated.mjs`, on demand.
 * @module
 */

const send = globalThis.fetch.bind(globalThis)
const CONFIG = new URL('config.json', location.href).pathname

/** Once it is known that nobody else answers. @type {ReturnType<typeof import('./emulated.mjs').createServer> | undefined} */
let server

/** Answers what a server would, if there is none, and sends everything else. */
globalThis.fetch = async function fetch(input, init) {
  const { origin, pathname } = new URL(input instanceof Request ? input.url : input, location.href)
  if (origin === location.origin && pathname === CONFIG) return settings(input, init)
  return server?.answers(origin, pathname) ? server.fetch(input, init) : send(input, init)
}

/** The settings of the host, if they say whom to talk to; else the emulator's. */
async function settings(input, init) {
  const config = await send(input, init).then(readObject, () => ({}))
  if (typeof config['endpoint'] === 'string' && config['endpoint'] !== '') return Response.json(config)
  const { createServer } = await import('./emulated.mjs')
  server ??= createServer()
  return Response.json(server.config)
}

/** Reads an object; some hosts answer with a page what they do not have. */
async function readObject(response) {
  const value = response.ok ? await response.json().catch(() => undefined) : undefined
  return typeof value === 'object' && value !== null ? value : {}
}
