/**
 * The service worker that answers the examples' requests: those to the emulated hosts, and no others.
 * @module
 */
import { createEmulated } from './emulated.ts'

interface FetchEvent extends Event {
  readonly request: Request
  respondWith(response: Promise<Response>): void
}
interface Waiting extends Event {
  waitUntil(promise: Promise<unknown>): void
}
declare const self: typeof globalThis & { skipWaiting(): Promise<void>; readonly clients: { claim(): Promise<void> } }

const emulated = createEmulated()

self.addEventListener('install', (event) => (event as Waiting).waitUntil(self.skipWaiting()))
self.addEventListener('activate', (event) => (event as Waiting).waitUntil(self.clients.claim()))
self.addEventListener('fetch', (event) => {
  const { request } = event as FetchEvent
  if (emulated.answers(new URL(request.url))) (event as FetchEvent).respondWith(emulated.answer(request))
})
