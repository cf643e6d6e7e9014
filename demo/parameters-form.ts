/**
 * The drawer with the model and its parameters; each counts from the next message on.
 * @module
 */
import { byId } from './dom.ts'
import { parameterField } from './parameter-field.ts'
import { PARAMETERS, inWords } from './parameters.ts'
import type { ParameterName, Parameters } from './parameters.ts'

/** What the drawer is about. */
export interface ParametersFormOptions {
  /** The composer's own picker, of which the drawer shows a second one. */
  readonly picker: HTMLSelectElement
  /** The request that would be sent now, as code. */
  readonly code: () => string
  readonly changed: () => void
}

/** What is set, and the way to it. */
export interface ParametersForm {
  /** The system message; empty where there is none. */
  readonly system: string
  readonly values: Parameters
  open(): void
  /** Notes that a deployment refused a parameter; returns what leaves it out, or undefined where it is not set. */
  leaveOut(parameter: string): (() => void) | undefined
}

/** Prepares the drawer, which opens from its button. */
export function createParametersForm({ picker, code, changed }: ParametersFormOptions): ParametersForm {
  const dialog = byId('parameters', HTMLDialogElement)
  const deployment = byId('parameters-deployment', HTMLSelectElement)
  const system = byId('system', HTMLTextAreaElement)
  const program = byId('program', HTMLElement)
  const copied = byId('program-copied', HTMLElement)
  const source = byId('program-source', HTMLDetailsElement)
  let values: Parameters = {}

  const fields = new Map(PARAMETERS.map((parameter) => [parameter.name, parameterField(parameter, (value) => {
    const { [parameter.name]: _, ...others } = values
    values = { ...others, ...value }
    show()
  })]))
  byId('parameter-fields', HTMLElement).append(...[...fields.values()].map(({ root }) => root))

  function show(): void {
    const words = inWords(system.value.trim(), values)
    byId('differs', HTMLElement).textContent = words === '' ? 'Nothing differs from the defaults: what is not set is not sent.' : `Differs from the defaults: ${words}`
    const line = byId('set', HTMLElement)
    line.textContent = words === '' ? '' : `Sent along: ${words}`
    line.hidden = words === ''
    if (source.open) program.textContent = code()
    changed()
  }

  function open(): void {
    deployment.replaceChildren(...[...picker.children].map((child) => child.cloneNode(true)))
    deployment.value = picker.value
    copied.textContent = ''
    show()
    dialog.showModal()
  }

  deployment.addEventListener('change', () => {
    picker.value = deployment.value
    show()
  })
  system.addEventListener('input', show)
  source.addEventListener('toggle', show)
  byId('tune', HTMLButtonElement).addEventListener('click', open)
  byId('parameters-reset', HTMLButtonElement).addEventListener('click', () => {
    system.value = ''
    for (const field of fields.values()) field.clear()
    show()
  })
  byId('program-copy', HTMLButtonElement).addEventListener('click', () => {
    navigator.clipboard.writeText(code()).then(
      () => (copied.textContent = 'Copied'),
      () => (copied.textContent = 'This browser lets nothing be copied: select the code instead'),
    )
  })

  return {
    get system() {
      return system.value.trim()
    },
    get values() {
      return values
    },
    open,
    leaveOut(parameter) {
      const name = parameter as ParameterName
      if (values[name] === undefined) return undefined
      fields.get(name)?.refused(picker.value)
      return () => fields.get(name)?.clear()
    },
  }
}
