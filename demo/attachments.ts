/**
 * The pictures of the next message: chosen, pasted or dropped, each with a way to leave it out.
 * @module
 */
import { byId, element } from './dom.ts'
import { readPicture } from './picture.ts'
import type { Picture } from './picture.ts'

/** The pictures that wait for their message. */
export interface Attachments {
  readonly empty: boolean
  /** True while a picture is read; a message that was sent now would go without it. */
  readonly reading: boolean
  /** Adds the pictures among some files. */
  add(files: Iterable<File>): Promise<void>
  /** Hands them over, for a message that is sent. */
  take(): readonly Picture[]
}

/** What the tray tells. */
export interface AttachmentsOptions {
  readonly say: (words: string) => void
  readonly changed: () => void
}

/** More would not fit into what a relay takes. */
const MAX_PICTURES = 3

/** Prepares the tray of the composer. */
export function createAttachments({ say, changed }: AttachmentsOptions): Attachments {
  const composer = byId('composer', HTMLFormElement)
  const tray = byId('tray', HTMLElement)
  const attach = byId('attach', HTMLButtonElement)
  const files = byId('files', HTMLInputElement)
  let pictures: readonly Picture[] = []
  let reading = 0

  function show(next: readonly Picture[]): void {
    pictures = next
    tray.hidden = next.length === 0
    tray.replaceChildren(...next.map((picture) => element('li', {}, picture.thumbnail, removal(picture))))
    changed()
  }

  function removal(picture: Picture): HTMLButtonElement {
    const button = element('button', { type: 'button', 'aria-label': `Remove ${picture.name}` }, '×')
    button.addEventListener('click', () => {
      const at = pictures.indexOf(picture)
      show(pictures.filter((other) => other !== picture))
      say(`${picture.name} is removed`)
      const next = tray.querySelectorAll('button')
      ;(next[Math.min(at, next.length - 1)] ?? attach).focus()
    })
    return button
  }

  async function add(chosen: Iterable<File>): Promise<void> {
    for (const file of chosen) {
      if (pictures.length + reading >= MAX_PICTURES) return say(`A message takes ${MAX_PICTURES} pictures`)
      say(await read(file))
      changed()
    }
  }

  async function read(file: File): Promise<string> {
    reading++
    changed()
    try {
      const picture = await readPicture(file)
      show([...pictures, picture])
      return `${picture.name} is attached`
    } catch {
      return `${file.name} is no picture that this browser can read`
    } finally {
      reading--
    }
  }

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
  // A file that is dropped beside the composer must not take the page's place either.
  document.addEventListener('dragover', (event) => event.preventDefault())
  document.addEventListener('drop', (event) => {
    event.preventDefault()
    void add([...(event.dataTransfer?.files ?? [])])
  })

  return {
    get reading() {
      return reading > 0
    },
    get empty() {
      return pictures.length === 0
    },
    add,
    take() {
      const taken = pictures
      show([])
      return taken
    },
  }
}
