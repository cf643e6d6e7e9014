import { testTemplate } from './template.ts'

testTemplate({ name: 'vite-react', check: ['npm', 'run', 'check'], build: { serve: 'npm run preview', scripts: 'dist/assets' } })
