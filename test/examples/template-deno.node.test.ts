import { testTemplate } from './template.ts'

testTemplate({ name: 'deno', needs: 'deno', check: ['deno', 'task', 'check'], relays: true })
