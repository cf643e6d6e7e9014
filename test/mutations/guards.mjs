/** Guards of the client, and how they are broken: see docs/reliability.md. */
export const mutations = [
  {
    guard: 'A stream that ends before the model has finished is `truncated`',
    file: 'src/chat/read.ts',
    from: 'fold.finished() ? undefined',
    to: 'true ? undefined',
    tests: ['test/conformance/faults.test.ts'],
  },
]
