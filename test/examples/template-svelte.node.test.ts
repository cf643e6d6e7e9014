import { testTemplate } from './template.ts'

testTemplate({ name: 'svelte', check: ['npm', 'run', 'check'], build: { serve: 'npm run preview', scripts: 'dist/assets' } })
