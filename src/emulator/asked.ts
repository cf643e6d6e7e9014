/**
 * What the answer to an operation is made of, once the deployment is found and no fault answers in its place.
 * Runtimes: all. Imports: types alone, of `./deployments.ts`, `./faults.ts`, `./request.ts`, `./route.ts`.
 * @module
 */
import type { DeploymentOptions } from './deployments.ts'
import type { Fault } from './faults.ts'
import type { JsonObject } from './request.ts'
import type { ServiceKind } from './route.ts'

/** One request to one deployment. */
export interface Asked {
  /** The body, without the keys that `extra-parameters` drops. */
  readonly body: JsonObject
  /** The deployment's name as asked for. */
  readonly name: string
  readonly options: DeploymentOptions
  readonly kind: ServiceKind
  /** The fault that spoils the answer. */
  readonly fault: Fault | undefined
  /** How many good answers the resource gave, this one included. */
  readonly serial: number
  /** Unix time in seconds. */
  readonly created: number
}

/** 32 hexadecimal digits that belong to one answer alone. */
export function idOf({ serial }: Asked): string {
  return serial.toString(16).padStart(32, '0')
}
