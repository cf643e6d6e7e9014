/**
 * How many at a time in, a place for each request out, or its refusal.
 * Runtimes: all. Imports: `./refusal.ts`.
 * @module
 */
import { Refusal } from './refusal.ts'

/** The places of all subjects, in this isolate. */
export interface Places {
  /** Takes a place; what it returns gives it back. @throws `Refusal` 429 where all of the subject's are taken */
  readonly take: (subject: string) => () => void
}

/** Makes places. Whoever has none taken costs nothing. */
export function createPlaces(most: number): Places {
  const taken = new Map<string, number>()
  return {
    take(subject) {
      const before = taken.get(subject) ?? 0
      if (before >= most) throw new Refusal(429, 'too_many_streams', `Cannot serve more than ${most} requests of one caller at a time. Please retry after 1 second.`, { headers: { 'retry-after': '1' } })
      taken.set(subject, before + 1)
      return () => {
        const left = (taken.get(subject) ?? 1) - 1
        if (left > 0) taken.set(subject, left)
        else taken.delete(subject)
      }
    },
  }
}
