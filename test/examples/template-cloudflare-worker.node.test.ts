import { testTemplate } from './template.ts'

testTemplate({ name: 'cloudflare-worker', needs: 'workerd', check: ['npm', 'run', 'check'], scripts: 'public', relays: true })
