/**
 * An answer that stands still half way, for as long as a test looks at it.
 * @module
 */

/** Runs in the page, and lets its next answer go no further than so many events: how fast the machine is does not matter. */
export function hold(events: number): void {
  const fetch = globalThis.fetch
  globalThis.fetch = async (input, init) => {
    const response = await fetch(input, init)
    if (!response.headers.get('content-type')?.startsWith('text/event-stream')) return response
    globalThis.fetch = fetch
    let left = events
    const text = response.body?.pipeThrough(new TextDecoderStream()).pipeThrough(new TransformStream<string, string>({
      async transform(words, controller) {
        for (const event of words.split(/(?<=\n\n)/)) {
          if (left-- <= 0) await new Promise(() => {})
          controller.enqueue(event)
        }
      },
    }))
    return Object.defineProperty(response, 'body', { value: text?.pipeThrough(new TextEncoderStream()) })
  }
}
