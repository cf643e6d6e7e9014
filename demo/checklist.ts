/**
 * The checks of a connection, shown one after the other as they end.
 * @module
 */
import type { Connection } from 'keyless-chat'
import { diagnose } from 'keyless-chat/diagnose'
import type { Check, CheckName, CheckStatus } from 'keyless-chat/diagnose'
import { byId, element } from './dom.ts'

const TITLES: Readonly<Record<CheckName, string>> = { endpoint: 'Endpoint', reachable: 'Reachable', cors: 'Open to this page', token: 'Token', role: 'Role', deployment: 'Deployment' }
const MARKS: Readonly<Record<CheckStatus, readonly [mark: string, words: string]>> = { ok: ['✓', 'fine'], failed: ['✕', 'failed'], unknown: ['?', 'cannot be told'], skipped: ['–', 'skipped'] }

/** Prepares the panel, and opens it from its button. */
export function createChecklist(connection: () => Connection, deployment: () => string): void {
  const dialog = byId('checks', HTMLDialogElement)
  const list = byId('checklist', HTMLElement)
  let running: AbortController | undefined

  async function run(): Promise<void> {
    running?.abort()
    const { signal } = (running = new AbortController())
    const model = deployment()
    list.replaceChildren()
    list.setAttribute('aria-busy', 'true')
    byId('checked', HTMLElement).textContent = model
    try {
      for await (const check of diagnose(connection(), { model, signal })) list.append(row(check))
      list.setAttribute('aria-busy', 'false')
    } catch (error) {
      // Closed, or begun anew.
      if (!signal.aborted) throw error
    }
  }

  byId('check', HTMLButtonElement).addEventListener('click', () => {
    dialog.showModal()
    void run()
  })
  byId('again', HTMLButtonElement).addEventListener('click', () => void run())
  dialog.addEventListener('close', () => running?.abort())
}

function row({ name, status, detail, fix }: Check): HTMLElement {
  const [mark, words] = MARKS[status]
  return element(
    'li',
    { 'data-check': name, 'data-status': status },
    element('span', { class: 'mark', 'aria-hidden': 'true' }, mark),
    element('h3', {}, TITLES[name], element('span', { class: 'unseen' }, `: ${words}`)),
    ...(fix ? [element('p', { class: 'fix' }, fix)] : []),
    element('p', {}, detail),
  )
}
