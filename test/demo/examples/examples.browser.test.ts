import { Profiler, StrictMode, createElement, useEffect } from 'react'
import { createRoot } from 'react-dom/client'
import { afterEach, describe, expect, test, vi } from 'vitest'
import { Chat } from '../../../demo/examples/chat.tsx'
import { mountChat } from '../../../demo/examples/dom.ts'
import { useChat } from '../../../demo/examples/use-chat.ts'
import type { ChatRequest } from '../../../src/index.ts'
import { foundry, sleep, until } from '../../conformance/foundry.ts'
import type { Foundry } from '../../conformance/foundry.ts'

type Mount = (root: HTMLElement, connection: Foundry['connection'], request: Partial<ChatRequest>) => () => void

const mountReact: Mount = (root, connection, request) => {
  const react = createRoot(root)
  react.render(createElement(StrictMode, null, createElement(Chat, { connection, request })))
  return () => react.unmount()
}

const HOSTILE = '<img src="x" onerror="document.title = 1"><b>bold</b>\n[x](javascript:1)'
const undo: (() => void)[] = []
afterEach(() => {
  for (const it of undo.splice(0)) it()
})

/** A place in the page, and ways to use what is in it as a user does. */
function place() {
  const root = document.createElement('main')
  document.body.append(root)
  undo.push(() => root.remove())
  const button = (name: string) => [...root.querySelectorAll('button')].find(({ textContent, hidden }) => textContent === name && !hidden)
  return {
    root,
    button,
    turns: () => [...root.querySelectorAll<HTMLElement>('li')].map(({ dataset, textContent }) => [dataset['role'], textContent]),
    click: async (name: string) => {
      await until(() => button(name) !== undefined)
      button(name)?.click()
    },
    ask: async (words: string) => {
      await until(() => button('Send') !== undefined)
      const input = root.querySelector('input')
      if (!input) throw new Error('There is nothing to write in')
      input.value = words
      button('Send')?.click()
      await until(() => input.value === '')
    },
  }
}

describe.each<[name: string, mount: Mount]>([
  ['chat.tsx, in StrictMode,', mountReact],
  ['dom.ts', mountChat],
])('%s', (_, mount) => {
  function start(model: string, emulated: Parameters<typeof foundry>[1] = {}) {
    const { connection, emulator } = foundry({ retries: 0 }, emulated)
    const page = place()
    const unmount = mount(page.root, connection, { model, messages: [{ role: 'system', content: 'Be brief' }] })
    undo.push(unmount)
    const asked = () => emulator.calls.filter(({ operation }) => operation === 'chat')
    const sent = () => (asked().at(-1)?.body as ChatRequest | undefined)?.messages.map(({ role, content }) => [role, content])
    return { ...page, unmount, asked, sent, last: () => page.turns().at(-1)?.[1] ?? '' }
  }

  test('shows a whole answer and sends it with the next question; one request each', async () => {
    const { ask, button, turns, asked, sent } = start('gpt-4o-mini')
    await ask('Hello')
    await until(() => button('Send') !== undefined)
    const [question, answer] = turns()
    expect(question).toEqual(['user', 'Hello'])
    expect(answer?.[0]).toBe('assistant')
    expect(answer?.[1]).toContain('You said: "Hello".')
    expect(sent()).toEqual([['system', 'Be brief'], ['user', 'Hello']])
    await ask('And now?')
    await until(() => button('Send') !== undefined)
    expect(turns().map(([role]) => role)).toEqual(['user', 'assistant', 'user', 'assistant'])
    expect(sent()).toEqual([['system', 'Be brief'], question, answer, ['user', 'And now?']])
    expect(asked()).toHaveLength(2)
  })

  test('shows an answer while it grows', async () => {
    // Without an end, as a slow machine may paint its first words after the last ones have come.
    const { ask, button, click, turns, last } = start('gpt-4o-mini~endless', { chunkDelayMs: 20 })
    await ask('Hello')
    await until(() => last() !== '')
    const before = last()
    expect(button('Stop')).toBeDefined()
    expect(turns()).toHaveLength(2)
    await until(() => last().length > before.length)
    expect(last().startsWith(before)).toBe(true)
    await click('Stop')
  })

  test('stops on a click, keeps what had arrived, and closes the connection', async () => {
    const { root, ask, click, button, turns, asked, last, sent } = start('gpt-4o-mini~stall')
    await ask('Hello')
    await until(() => last() !== '')
    const half = last()
    await click('Stop')
    await until(() => root.textContent?.includes('Stopped') === true)
    expect(turns()).toEqual([['user', 'Hello'], ['assistant', half]])
    await until(() => asked()[0]?.state === 'cancelled')
    await ask('Go on')
    await until(() => asked().length === 2)
    expect(sent()).toEqual([['system', 'Be brief'], ['user', 'Hello'], ['assistant', half], ['user', 'Go on']])
    await until(() => turns().length === 4 && last() !== '')
    await sleep(50)
    expect(turns(), 'the answer that was stopped leaves the next alone').toEqual([['user', 'Hello'], ['assistant', half], ['user', 'Go on'], ['assistant', half]])
    expect(button('Stop')).toBeDefined()
  })

  test('keeps what is written and sent by Enter while an answer arrives', async () => {
    const { root, ask, turns, asked, last } = start('gpt-4o-mini~stall')
    await ask('Hello')
    await until(() => last() !== '')
    const input = root.querySelector('input')
    if (input) input.value = 'And now?'
    root.querySelector('form')?.requestSubmit()
    await sleep(50)
    expect(input?.value).toBe('And now?')
    expect(turns()).toHaveLength(2)
    expect(asked()).toHaveLength(1)
  })

  test('says why an answer failed, keeps what had arrived, and asks again in its place', async () => {
    const { root, ask, click, button, turns, asked, last, sent } = start('gpt-4o-mini~cut')
    await ask('Hello')
    await until(() => button('Try again') !== undefined)
    expect(root.textContent).toContain('ended before the model had finished')
    const half = last()
    expect(half).not.toBe('')
    await click('Try again')
    await until(() => asked().length === 2 && button('Try again') !== undefined)
    expect(sent()).toEqual([['system', 'Be brief'], ['user', 'Hello']])
    expect(turns()).toEqual([['user', 'Hello'], ['assistant', half]])
  })

  test('gets over a failure on the second try', async () => {
    const { root, ask, click, button, last } = start('gpt-4o-mini~500-once')
    await ask('Hello')
    await click('Try again')
    await until(() => button('Send') !== undefined && last().includes('You said'))
    expect(button('Try again')).toBeUndefined()
    expect(root.textContent).not.toContain('Cannot')
  })

  test('takes back a question that got no answer when the next is asked', async () => {
    const { ask, button, turns, sent } = start('gpt-4o-mini')
    await ask('[filter:prompt]')
    await until(() => button('Try again') !== undefined)
    await ask('Hello')
    await until(() => button('Send') !== undefined)
    expect(sent()).toEqual([['system', 'Be brief'], ['user', 'Hello']])
    expect(turns().map(([role]) => role)).toEqual(['user', 'assistant'])
  })

  test('closes the connection when it leaves the page', async () => {
    const { ask, last, unmount, asked } = start('gpt-4o-mini~stall')
    await ask('Hello')
    await until(() => last() !== '')
    expect(asked()[0]?.state).toBe('open')
    unmount()
    await until(() => asked()[0]?.state === 'cancelled')
  })

  test('shows HTML as text, be it growing or whole', async () => {
    const { root, ask, button, turns } = start('mine', { deployments: { mine: { model: 'gpt-4o-mini', dialect: 'azure-openai', reply: HOSTILE } } })
    await ask(HOSTILE.replace('\n', ''))
    await until(() => button('Send') !== undefined)
    expect(turns()).toEqual([['user', HOSTILE.replace('\n', '')], ['assistant', HOSTILE]])
    expect(root.querySelector('img, b, a, script')).toBeNull()
  })
})

describe('useChat()', () => {
  /** Renders a component that has a chat; `chat()` is what it was given last. */
  function render(connection: Foundry['connection'], effect: (chat: ReturnType<typeof useChat>) => void, strict = true) {
    const request = { model: 'gpt-4o-mini' }
    let chat: ReturnType<typeof useChat> | undefined
    let renders = 0
    function Probe() {
      const given = useChat(connection, request)
      useEffect(() => {
        chat = given
      })
      const { send } = given
      useEffect(() => effect(given), [send])
      return null
    }
    const { root } = place()
    const react = createRoot(root)
    const probe = createElement(Profiler, { id: 'probe', onRender: () => renders++ }, createElement(Probe))
    react.render(strict ? createElement(StrictMode, null, probe) : probe)
    undo.push(() => react.unmount())
    return { chat: () => chat, renders: () => renders, leave: () => react.unmount() }
  }

  test('sends one request where an effect asks, though StrictMode runs it twice', async () => {
    const { connection, emulator } = foundry()
    const { chat } = render(connection, ({ send }) => send('Hello'))
    await until(() => chat()?.status === 'idle' && chat()?.messages.length === 2)
    await sleep(50)
    expect(emulator.calls.map(({ state }) => state)).toEqual(['complete'])
    expect(chat()?.messages.map(({ role }) => role)).toEqual(['user', 'assistant'])
  })

  test('asks nothing while an answer arrives, and nothing again where nothing was asked', async () => {
    const { connection, emulator } = foundry({}, { chunkDelayMs: 1 })
    const { chat } = render(connection, ({ send, retry }) => {
      retry()
      send('Hello')
      send('Hello?')
      retry()
    })
    await until(() => chat()?.status === 'idle' && chat()?.messages.length === 2)
    expect(emulator.calls).toHaveLength(1)
    expect(chat()?.messages[0]?.content).toBe('Hello')
  })

  test('renders by the frame, not by the word', async () => {
    const frames = vi.fn(() => 1)
    vi.stubGlobal('requestAnimationFrame', frames)
    const { connection } = foundry({}, { chunkDelayMs: 1 })
    const { chat, renders } = render(connection, ({ send }) => send('Hello'), false)
    await until(() => chat()?.status === 'idle' && chat()?.messages.length === 2)
    expect(frames.mock.calls.length).toBeGreaterThan(50)
    expect(renders(), 'as no frame came').toBeLessThan(5)
  })

  test('keeps its functions from render to render', async () => {
    const { connection } = foundry()
    const { chat } = render(connection, () => {}, false)
    await until(() => chat() !== undefined)
    const { send, stop, retry } = chat() ?? {}
    send?.('Hello')
    await until(() => chat()?.status === 'idle' && chat()?.messages.length === 2)
    expect(chat()).toMatchObject({ send, stop, retry })
  })

  test('has an error that tells its code, and none any more when it asks again', async () => {
    const { connection } = foundry({ retries: 0 })
    const { chat } = render(connection, ({ send }) => send('[filter:prompt]'), false)
    await until(() => chat()?.status === 'failed')
    expect(chat()?.error).toMatchObject({ name: 'ChatError', code: 'content-filter' })
    chat()?.send('Hello')
    await until(() => chat()?.status === 'idle')
    expect(chat()).not.toHaveProperty('error')
  })
})
