/**
 * What the next message carries: chosen, pasted or dropped, each with a way to leave it out.
 * @module
 */
import { byId, element } from './dom.ts'
import { LIMITS, LIMITS_IN_WORDS, enclose } from './enclose.ts'
import { enclosureView } from './enclosure-view.ts'
import type { Enclosure } from './question.ts'

/** The files that wait for their message. */
export interface Attachments {
  readonly empty: boolean
  /** True while a file is read; a message that was sent now would go without it. */
  readonly reading: boolean
  readonly waiting: readonly Enclosure[]
  /** Adds some files. */
  add(files: Iterable<File>): Promise<void>
  /** Hands them over, for a message that is sent. */
  take(): readonly Enclosure[]
}

/** What the tray tells. */
export interface AttachmentsOptions {
  readonly say: (words: string) => void
  readonly changed: () => void
}

/** Prepares the tray of the composer. */
export function createAttachments({ say, changed }: AttachmentsOptions): Attachments {
  const composer = byId('composer', HTMLFormElement)
  const tray = byId('tray', HTMLElement)
  const attach = byId('attach', HTMLButtonElement)
  const files = byId('files', HTMLInputElement)
  const limits = byId('limits-of-files', HTMLElement)
  let waiting: readonly Enclosure[] = []
  let reading = 0

  function show(next: readonly Enclosure[]): void {
    waiting = next
    tray.hidden = limits.hidden = next.length === 0
    tray.replaceChildren(...next.map((one) => element('li', {}, enclosureView(one), removal(one))))
    changed()
  }

  function removal(one: Enclosure): HTMLButtonElement {
    const button = element('button', { type: 'button', 'aria-label': `Remove ${one.name}` }, '×')
    button.addEventListener('click', () => {
      const at = waiting.indexOf(one)
      show(waiting.filter((other) => other !== one))
      say(`${one.name} is removed`)
      const next = tray.querySelectorAll('button')
      ;(next[Math.min(at, next.length - 1)] ?? attach).focus()
    })
    return button
  }

  async function add(chosen: Iterable<File>): Promise<void> {
    for (const file of chosen) {
      if (waiting.length + reading >= LIMITS.files) return say(`A message takes ${LIMITS.files} files`)
      say(await read(file))
      changed()
    }
  }

  async function read(file: File): Promise<string> {
    reading++
    changed()
    try {
      const one = await enclose(file)
      show([...waiting, one])
      return `${one.name} is attached`
    } catch (error) {
      return (error as Error).message
    } finally {
      reading--
    }
  }

  limits.textContent = attach.title = LIMITS_IN_WORDS
  attach.addEventListener('click', () => files.click())
  files.addEventListener('change', () => {
    void add([...(files.files ?? [])])
    // So that the same file can be chosen again.
    files.value = ''
  })
  composer.addEventListener('paste', (event) => {
    const pasted = [...(event.clipboardData?.files ?? [])]
    if (pasted.length === 0) return
    event.preventDefault()
    void add(pasted)
  })
  takeDrops((dropped) => void add(dropped))

  return {
    get reading() {
      return reading > 0
    },
    get empty() {
      return waiting.length === 0
    },
    get waiting() {
      return waiting
    },
    add,
    take() {
      const taken = waiting
      show([])
      return taken
    },
  }
}

/** A file that is dropped beside the composer must not take the page's place either. */
function takeDrops(take: (files: readonly File[]) => void): void {
  const root = document.documentElement
  const target = byId('drop', HTMLElement)
  const show = (over: boolean) => {
    target.hidden = !over
  }
  byId('drop-limits', HTMLElement).textContent = LIMITS_IN_WORDS
  document.addEventListener('dragover', (event) => {
    event.preventDefault()
    show(event.dataTransfer?.types.includes('Files') === true)
  })
  // It leaves each element on its way; the page, only where there is none that it goes to.
  root.addEventListener('dragleave', (event) => event.relatedTarget === null && show(false))
  document.addEventListener('drop', (event) => {
    event.preventDefault()
    show(false)
    take([...(event.dataTransfer?.files ?? [])])
  })
}
