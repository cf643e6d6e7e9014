// As much of Cloudflare's modules as the tests use: their own types would stand beside those of the DOM.
interface TestedObject {
  fetch(url: string, init?: RequestInit): Promise<Response>
}

declare module 'cloudflare:workers' {
  export const env: {
    readonly QUOTA: { idFromName(name: string): unknown; get(id: unknown): TestedObject }
    readonly LIMITER: { limit(options: { key: string }): Promise<{ readonly success: boolean }> }
  }
}

declare module 'cloudflare:test' {
  interface Storage {
    get(key: string): Promise<unknown>
    put(key: string, value: unknown): Promise<void>
    setAlarm(time: number): Promise<void>
    deleteAll(): Promise<void>
    list(): Promise<Map<string, unknown>>
    delete(key: string): Promise<boolean>
    getAlarm(): Promise<number | null>
    deleteAlarm(): Promise<void>
    readonly sql: { readonly databaseSize: number }
  }
  export function runInDurableObject<R>(object: TestedObject, callback: (instance: object, state: { readonly storage: Storage }) => Promise<R>): Promise<R>
  export function runDurableObjectAlarm(object: TestedObject): Promise<boolean>
  export function evictDurableObject(object: TestedObject): Promise<void>
}
