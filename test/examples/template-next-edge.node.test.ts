import { testTemplate } from './template.ts'

// Its build checks types.
testTemplate({ name: 'next-edge', build: { serve: 'npm start', scripts: '.next/static' }, relays: true })
