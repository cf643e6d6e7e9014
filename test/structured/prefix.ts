// What it means that a value is a beginning of another one, told without a parser.

/** Whether a growing value may become the whole one: strings and arrays begin it, objects have some of its properties, all else is it. */
export function isPrefix(part: unknown, whole: unknown): boolean {
  if (part === undefined) return true
  if (typeof part === 'string') return typeof whole === 'string' && whole.startsWith(part)
  if (typeof part !== 'object' || part === null) return Object.is(part, whole)
  if (typeof whole !== 'object' || whole === null || Array.isArray(part) !== Array.isArray(whole)) return false
  const names = Object.keys(part)
  if (Array.isArray(part) && Array.isArray(whole) && (names.length !== part.length || part.length > whole.length)) return false
  return names.every((name, at) => {
    if (!Object.hasOwn(whole, name)) return false
    const [inner, outer] = [Reflect.get(part, name) as unknown, Reflect.get(whole, name) as unknown]
    // In an array only the last may still grow.
    return inner !== undefined && isPrefix(inner, outer) && (!Array.isArray(part) || at === names.length - 1 || typeof inner === 'object' || Object.is(inner, outer))
  })
}

/** Whether two values are the same; the matchers of tests look at `constructor`, which is a key as any other here. */
export const isSame = (a: unknown, b: unknown): boolean => (a === undefined) === (b === undefined) && isPrefix(a, b) && isPrefix(b, a)

/** Whether a text ends in the first half of a surrogate pair, somewhere in a value. */
export function hasHalf(value: unknown): boolean {
  if (typeof value === 'string') return /[\ud800-\udbff]$/.test(value)
  return typeof value === 'object' && value !== null && Object.values(value).some(hasHalf)
}
