// Recorded traffic of public test suites. It lives beside the project, not in it, so that tests which read it are
// skipped by name where it is not there.
import { existsSync, readFileSync, readdirSync } from 'node:fs'
import { fileURLToPath } from 'node:url'

const root = fileURLToPath(new URL('../../shared/captures/', import.meta.url))

export const haveCaptures: boolean = existsSync(`${root}index.json`)

/** What a skipped suite is called, so that the report says why. */
export const captures: string = haveCaptures ? 'captures' : 'captures (skipped: ../shared/captures is not there)'

export function readCapture(path: string): Uint8Array<ArrayBuffer> {
  return new Uint8Array(readFileSync(root + path))
}

export function readCaptureText(path: string): string {
  return readFileSync(root + path, 'utf8')
}

export function listCaptures(folder: string): string[] {
  return haveCaptures ? readdirSync(root + folder).sort() : []
}
