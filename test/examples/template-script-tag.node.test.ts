import { testTemplate } from './template.ts'

testTemplate({ name: 'script-tag' })
