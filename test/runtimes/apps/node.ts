// The program on Node, its quota in memory.
import { createServer } from 'node:http'
import type { AddressInfo } from 'node:net'
import process from 'node:process'
import { memoryQuota } from 'keyless-chat/quota'
import { bridge } from '../../../demo/bridge.mjs'
import { LIMITS, createApp } from './app.ts'

const [, , emulator = '', origins = ''] = process.argv
const app = createApp({ emulator, origins, quota: memoryQuota(LIMITS) })
const server = createServer(bridge(async (request) => app(request)))
// Longer than any test pauses: a client may use a connection in the moment in which it is closed.
server.keepAliveTimeout = 600_000
server.listen(0, '127.0.0.1', () => console.log(`listening on http://127.0.0.1:${(server.address() as AddressInfo).port}`))
