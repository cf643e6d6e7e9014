// A script for a page of a test's own.
import { fileURLToPath } from 'node:url'
import { build } from 'vite'

/** The page's script as a bundler makes it for a user's page. */
export async function bundlePage(page: URL): Promise<string> {
  const entry = fileURLToPath(page)
  const built = await build({ configFile: false, logLevel: 'error', build: { write: false, minify: false, lib: { entry, formats: ['es'], fileName: 'page' } } })
  const [{ output } = { output: [] }] = [built].flat() as { output: readonly { readonly code?: string }[] }[]
  const code = output[0]?.code
  if (code === undefined) throw new Error('Cannot bundle the page: nothing came out')
  return code
}
