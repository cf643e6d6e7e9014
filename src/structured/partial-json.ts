/**
 * JSON text in pieces in, the value as far as it is known out.
 * Runtimes: all. Imports: nothing.
 * @module
 */

/** A JSON value while its text arrives. */
export interface PartialJson {
  /**
   * Takes the next piece of the text; it may be cut anywhere.
   *
   * @returns the value so far, `undefined` before anything is known: one object that grows, the same at each call.
   */
  push(text: string): unknown
  /** Says that the text is over, as a number that nothing follows is whole only then. @returns the value so far */
  end(): unknown
  /** How often something that can be seen has changed: what tells two states of the one object apart. */
  readonly changes: number
}

type Container = unknown[] | Record<string, unknown>

/** What a value may begin with. */
const VALUE = '"[{-0123456789tfn'
const LITERALS: readonly string[] = ['true', 'false', 'null']
/** What stands for itself in a string. */
const PLAIN = /[ !#-[\]-\uffff]+/y

/**
 * Starts an incremental JSON parser.
 *
 * What it shows is never wrong, only incomplete: strings and containers grow; numbers, `true`, `false`, `null` and keys come
 * once they are whole, a key together with the beginning of its value. No half of an escape or of a surrogate pair is shown.
 * Once a text is no JSON, the value stops growing; nothing is ever thrown. Of a key that comes twice the second value
 * replaces the first, as with `JSON.parse`.
 *
 * Each character is looked at once, and depth is no limit. So the value is one object that grows, as a copy for each piece would make
 * long texts take quadratic time: who keeps a state, or compares two, copies it with `structuredClone()`.
 *
 * @example
 * ```ts
 * const parser = partialJson()
 * parser.push('{"city": "Par') // { city: 'Par' }
 * parser.push('is", "days": [1') // { city: 'Paris', days: [] }
 * parser.push('2]}') // { city: 'Paris', days: [12] }
 * ```
 */
export function partialJson(): PartialJson {
  const root: unknown[] = []
  /** The containers around `into`. */
  const around: Container[] = []
  let into: Container = root
  let key: PropertyKey = 0
  /** The characters that may follow, outside of strings and tokens. */
  let allowed = VALUE
  let quoted = false
  let isKey = false
  let text = ''
  /** A number, a literal or an escape, so far. */
  let token = ''
  let changes = 0

  function place(value: unknown): void {
    if (Array.isArray(into)) key = into.length
    // Not by assignment, which means something else for `__proto__`.
    Object.defineProperty(into, key, { value, writable: true, enumerable: true, configurable: true })
    changes++
    afterValue()
  }

  function afterValue(): void {
    allowed = into === root ? '' : Array.isArray(into) ? ',]' : ',}'
  }

  function open(container: Container, next: string): void {
    place(container)
    around.push(into)
    into = container
    allowed = next
  }

  /** From here on nothing is allowed. */
  function stop(): void {
    quoted = false
    token = allowed = ''
  }

  /** Takes what a token means. */
  function take(value: unknown): void {
    token = ''
    if (value === undefined) stop()
    else if (quoted) grow(value as string)
    else place(value)
  }

  function grow(piece: string): void {
    text += piece
    // The second half of a surrogate pair comes with the next piece, or else with the string's end.
    if (!/[\ud800-\udbff]$/.test(piece)) show()
  }

  function show(): void {
    if (isKey || Reflect.get(into, key) === text) return
    Reflect.set(into, key, text)
    changes++
  }

  function inString(char: string): void {
    if (token || char === '\\') {
      token += char
      if (token.length > (token[1] === 'u' ? 5 : 1)) take(parse(`"${token}"`))
    } else if (char === '"') {
      show()
      quoted = false
      if (!isKey) return
      key = text
      allowed = ':'
    } else stop()
  }

  function outside(char: string): void {
    if (token) {
      const more = /[-+.\w]/.test(char)
      if (more) token += char
      if (!more || LITERALS.includes(token)) take(parse(token))
      if (more) return
    }
    if (' \t\n\r'.includes(char)) return
    if (!allowed.includes(char)) stop()
    else if (char === '"') {
      isKey = !allowed.includes('[')
      quoted = true
      text = ''
      if (!isKey) place(text)
    } else if (char === '{') open({}, '"}')
    else if (char === '[') open([], `${VALUE}]`)
    else if (char === ',') allowed = Array.isArray(into) ? VALUE : '"'
    else if (char === ':') allowed = VALUE
    else if (/[\]}]/.test(char)) {
      into = around.pop() ?? root
      afterValue()
    } else token = char
  }

  function push(piece: string): unknown {
    for (let at = 0; at < piece.length; ) {
      PLAIN.lastIndex = at
      const run = quoted && !token && PLAIN.exec(piece)?.[0]
      if (run) grow(run)
      else (quoted ? inString : outside)(piece.charAt(at))
      at += run ? run.length : 1
    }
    return root[0]
  }

  return {
    push,
    // No value goes on after the end of a line, and no string holds one.
    end: () => push('\n'),
    get changes() {
      return changes
    },
  }
}

/** The value of a JSON text; `undefined` where it is none. */
export function parse(text: string): unknown {
  try {
    return JSON.parse(text)
  } catch {
    return undefined
  }
}
