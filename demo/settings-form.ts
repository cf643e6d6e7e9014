/**
 * The form in which a reader enters another endpoint and another way to sign in.
 * @module
 */
import { emulated, entered } from './config.ts'
import type { Config, Entered, Mode } from './config.ts'
import { byId } from './dom.ts'

/** What the form is about. */
export interface SettingsOptions {
  /** What the page's server says. */
  readonly served: Config
  readonly current: () => Config
  /** Connects with these; what it throws is shown, and the form stays. */
  readonly apply: (config: Config) => Promise<void>
  /** Goes back to what is served. */
  readonly reset: () => Promise<void>
}

/** Prepares the form, which opens from its button; returns what opens it, with what is wrong. */
export function createSettingsForm({ served, current, apply, reset }: SettingsOptions): (wrong?: unknown) => void {
  const dialog = byId('connect', HTMLDialogElement)
  const form = byId('connect-form', HTMLFormElement)
  const problem = byId('problem', HTMLElement)
  const field = (name: keyof Entered) => form.elements.namedItem(name) as HTMLInputElement | RadioNodeList

  function fill(config: Config): void {
    for (const name of ['mode', 'endpoint', 'scope', 'tokenUrl', 'clientId', 'authority'] as const) field(name).value = config[name]
    field('deployments').value = config.deployments.join(', ')
    showMode()
  }

  /** Shows the fields of the chosen mode alone. */
  function showMode(): void {
    for (const label of form.querySelectorAll<HTMLElement>('[data-modes]')) label.hidden = !label.dataset['modes']?.split(' ').includes(field('mode').value)
  }

  function read(): Config {
    const value = (name: keyof Entered) => field(name).value.trim()
    const mode = value('mode') as Mode
    if (mode === 'emulator') return entered(served, { mode })
    const deployments = value('deployments').split(/[\s,]+/).filter((name) => name !== '')
    const wanted = mode === 'msal' ? (['endpoint', 'clientId', 'authority'] as const) : (['endpoint', 'tokenUrl'] as const)
    for (const name of wanted) if (value(name) === '') throw new Error(`Please fill in: ${(field(name) as HTMLInputElement).labels?.[0]?.textContent}`)
    if (deployments.length === 0) throw new Error('Please name a deployment')
    return entered(served, { mode, deployments, endpoint: value('endpoint'), scope: value('scope'), tokenUrl: value('tokenUrl'), clientId: value('clientId'), authority: value('authority') })
  }

  async function attempt(work: () => Promise<void>): Promise<void> {
    problem.textContent = ''
    try {
      await work()
      dialog.close()
    } catch (error) {
      show(error)
    }
  }

  function show(error: unknown): void {
    problem.textContent = error instanceof Error ? error.message : String(error)
  }

  function open(wrong: unknown = ''): void {
    show(wrong)
    fill(current())
    dialog.showModal()
  }

  byId('settings', HTMLButtonElement).addEventListener('click', () => open())
  form.addEventListener('change', showMode)
  form.addEventListener('submit', (event) => {
    event.preventDefault()
    void attempt(async () => apply(read()))
  })
  byId('reset', HTMLButtonElement).addEventListener('click', () => void attempt(reset))
  if (!emulated(served)) for (const choice of form.querySelectorAll('.choice:has([value=emulator])')) choice.remove()
  return open
}
