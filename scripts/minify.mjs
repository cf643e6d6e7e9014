/**
 * A Rollup plugin that minifies with swc, whose output was the smallest of the minifiers compared.
 * @module
 */
import swc from '@swc/core'

/** `module: false` for a script: as a module, its global would look unused and be removed with all that it holds. */
export function minify({ module }) {
  return {
    name: 'minify',
    async renderChunk(code) {
      const result = await swc.minify(code, {
        module,
        sourceMap: true,
        mangle: { toplevel: module },
        compress: { ecma: 2022, passes: 3, toplevel: module },
        format: { ecma: 2022, comments: 'some' },
      })
      return { code: result.code, map: result.map ?? null }
    },
  }
}
