import { ask, events } from './program.ts'

Deno.serve(async (request) => (request.body ? new Response((await events(request.body)).join()) : new Response(await ask())))
