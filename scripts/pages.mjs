/** Tests of what pages can do beyond their main ways, of the documentation's site as readers use it, and of templates: `npm run test:pages`. */
export const PAGES = 'test/{demo/{demo-*,markdown,screens},docs/{everybody,live},examples/templates}.node.test.ts'
