/**
 * How many tests passed in which runtime and area, as a table of Markdown, and back.
 * Runtime: Node.
 * @module
 */
/** Tests that passed, by runtime and area. */
export type Figures = Readonly<Record<string, Readonly<Record<string, number>>>>

const NONE = '–'
const TOTAL = '**all**'

const row = (cells: readonly string[]): string => `| ${cells.join(' | ')} |`
const total = (column: Readonly<Record<string, number>> = {}): string => String(Object.values(column).reduce((sum, number) => sum + number, 0) || NONE)
const head = (first: string, runtimes: readonly string[]): string[] => [row([first, ...runtimes]), row(['---', ...runtimes.map(() => '---:')])]

/** Writes a row for each area and a column for each runtime, in the order given. */
export function tableOf(figures: Figures, runtimes: readonly string[]): string {
  const areas = [...new Set(Object.values(figures).flatMap((column) => Object.keys(column)))].sort()
  return [
    ...head('tests of', runtimes),
    ...areas.map((area) => row([area, ...runtimes.map((runtime) => String(figures[runtime]?.[area] ?? NONE))])),
    row([TOTAL, ...runtimes.map((runtime) => `**${total(figures[runtime])}**`)]),
  ].join('\n')
}

/** Writes the last row of that table alone. */
export function totalsOf(figures: Figures, runtimes: readonly string[]): string {
  return [...head('', runtimes), row(['tests passed', ...runtimes.map((runtime) => total(figures[runtime]))])].join('\n')
}

/** Reads what `tableOf()` wrote; empty where there is no table. */
export function figuresIn(text: string): Figures {
  const rows = text.split('\n').filter((line) => line.startsWith('|')).map((line) => line.split('|').slice(1, -1).map((cell) => cell.trim()))
  const [head = [], , ...body] = rows
  return Object.fromEntries(head.slice(1).map((runtime, column) => [
    runtime,
    Object.fromEntries(body.map((cells) => [cells[0], Number(cells[column + 1])]).filter(([area, number]) => area !== TOTAL && !Number.isNaN(number))),
  ]))
}
