/**
 * Examples that a reader may change and run: an editor around each, a worker for each run, and an emulator for all of them.
 * @module
 */
import { colour } from './colour.ts'
import { copyButton, element } from './element.ts'
import { offerFaults } from './faults.ts'
import type { Asked, Told } from './runner.ts'

const root = new URL(document.documentElement.dataset['root'] ?? './', document.baseURI)
const RUNNER = new URL('assets/runner.js', root).href
const EMULATOR = new URL('emulator.js', root).href
const PLACES = {
  'service-worker': 'Nothing left this browser: what goes to the network is answered by an emulator, a service worker.',
  worker: 'Nothing left this browser: what goes to the network is answered by an emulator in this page, as service workers are missing here.',
} as const

interface Policy {
  createScriptURL(url: string): string
}
declare const trustedTypes: { createPolicy(name: string, rules: Policy): Policy } | undefined

const rules: Policy = {
  createScriptURL(url) {
    if (url !== RUNNER && url !== EMULATOR) throw new TypeError(`Cannot load ${url}: it is no script of this page`)
    return url
  },
}
const policy = typeof trustedTypes === 'undefined' ? rules : trustedTypes.createPolicy('workers', rules)

let ready: Promise<unknown> | undefined

/** Starts the emulator when the first example is run; without service workers the examples bring their own. */
function emulator(): Promise<unknown> {
  return (ready ??= start().catch(() => undefined))
}

async function start(): Promise<void> {
  if (!('serviceWorker' in navigator)) return
  await navigator.serviceWorker.register(policy.createScriptURL(EMULATOR), { scope: root.href })
  await navigator.serviceWorker.ready
}

function enliven(figure: HTMLElement, at: number): void {
  const pre = figure.querySelector('pre')
  const original = figure.querySelector<HTMLTextAreaElement>('.source')?.value ?? ''
  if (!pre) return
  const code = element('code')
  const behind = element('pre', { 'aria-hidden': 'true' }, code)
  const editor = element('textarea', { class: 'text', id: `example-${at}`, 'aria-label': 'Example, JavaScript', 'aria-describedby': `example-${at}-keys`, spellcheck: 'false', autocapitalize: 'off', autocomplete: 'off', wrap: 'off' })
  const run = element('button', { type: 'button', class: 'run' }, 'Run')
  const stop = element('button', { type: 'button', disabled: '' }, 'Stop')
  const reset = element('button', { type: 'button' }, 'Reset')
  const keys = element('p', { class: 'keys', id: `example-${at}-keys` }, element('kbd', {}, 'Ctrl'), ' ', element('kbd', {}, 'Enter'), ' runs')
  const output = element('div', { class: 'output', role: 'log', 'aria-label': 'Output', tabindex: '0' })
  const place = element('p', { class: 'place', role: 'status' }, 'Change it and run it: an emulator answers, so no account is needed.')
  const faults = element('span', { class: 'faults' })
  pre.replaceWith(element('div', { class: 'editor' }, behind, editor))
  figure.append(element('div', { class: 'controls' }, run, stop, reset, faults, keys, copyButton(() => editor.value)), output, place)

  const show = (): void => code.replaceChildren(...colour(editor.value))
  editor.value = original
  show()
  let worker: Worker | undefined

  function end(word: string): void {
    worker?.terminate()
    worker = undefined
    figure.dataset['state'] = word
    run.disabled = false
    stop.disabled = true
  }

  async function begin(): Promise<void> {
    end('running')
    run.disabled = true
    stop.disabled = false
    output.replaceChildren()
    await emulator()
    // It may have been stopped or begun again in the meantime.
    if (figure.dataset['state'] !== 'running' || worker) return
    const made = new Worker(policy.createScriptURL(RUNNER), { type: 'module' })
    worker = made
    made.addEventListener('message', ({ data }: MessageEvent<Told>) => {
      if (worker === made) hear(data)
    })
    made.addEventListener('error', ({ message }) => {
      line(message || 'The example could not be loaded', true)
      end('failed')
    })
    const asked: Asked = { code: editor.value, run: figure.dataset['run'] }
    made.postMessage(asked)
  }

  function line(text: string, wrong = false): void {
    const last = output.lastElementChild
    // The pieces of a streamed answer begin with a space: they go on where the last one ended, as they do in a page.
    if (last && !wrong && text.startsWith(' ')) last.append(text)
    else output.append(element('div', wrong ? { class: 'wrong' } : {}, text))
    output.scrollTop = output.scrollHeight
  }

  function hear(told: Told): void {
    if (told.type === 'place') place.textContent = PLACES[told.place]
    else if (told.type === 'line') line(told.text, told.wrong)
    else if (told.type === 'text') {
      if (told.fresh) output.replaceChildren()
      output.append(told.text)
      output.scrollTop = output.scrollHeight
    } else {
      if (told.error !== undefined) line(told.error, true)
      else if (output.childNodes.length === 0) line('It ended, and said nothing.')
      end(told.error === undefined ? 'done' : 'failed')
    }
  }

  editor.addEventListener('input', show)
  editor.addEventListener('keydown', (event) => {
    if (event.key === 'Enter' && (event.ctrlKey || event.metaKey)) {
      event.preventDefault()
      void begin()
    } else if (event.key === 'Escape' && worker) end('stopped')
  })
  run.addEventListener('click', () => void begin())
  stop.addEventListener('click', () => {
    line('Stopped')
    end('stopped')
  })
  reset.addEventListener('click', () => {
    end('')
    output.replaceChildren()
    editor.value = original
    editor.dispatchEvent(new Event('input'))
  })
  void offerFaults(editor, faults, new URL('assets/faults.json', root))
}

for (const [at, figure] of document.querySelectorAll<HTMLElement>('.code.live').entries()) enliven(figure, at)
