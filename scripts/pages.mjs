/**
 * Tests of what pages can do beyond their main ways, of the page on other hosts, of sign-in with MSAL, of the documentation's site as readers use it, of
 * templates, and of tools that take long to start: `npm run test:pages`.
 */
export const PAGES = 'test/{demo/{demo-*,export,markdown,screens,entra/msal,worker/page,worker/worker,worker/wrangler},docs/{everybody,live},examples/template-*,runtimes/bench}.node.test.ts'
