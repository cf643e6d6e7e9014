import { ask, events } from './program.ts'

export default {
  async fetch(request) {
    return request.body ? new Response((await events(request.body)).join()) : new Response(await ask())
  },
} satisfies ExportedHandler
