/**
 * The page on a static host: what stands in for its server, then the page.
 * Runtime: browsers.
 * @module
 */
import './server.mjs'
import '../main.ts'
