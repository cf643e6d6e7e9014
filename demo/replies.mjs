/**
 * What the emulated models say, so that there is something worth reading.
 * @module
 */

const KEYS = `A key in a page is a key in **every visitor's hands**. Whoever opens the developer tools can copy it, and it keeps working, from anywhere and for anybody, until somebody notices the bill and rotates it.

## Why it cannot be hidden

- Minified, encoded, or put in by a build from \`process.env\`: it is in a file that every browser gets.
- It is in the headers of **each request**, where the network panel shows it.
- It knows no user. Whatever is done with it was done by you.

## What a token does instead

A token is different. It belongs to one user, it names one audience, and it ends by itself. Your backend, or Entra ID itself, decides who gets one.

| | API key | Token of Entra ID |
| --- | --- | --- |
| Whose it is | the resource's | one user's, or one app's |
| What it opens | all of the resource | what its owner's role allows |
| When it ends | when somebody rotates it | within about an hour |
| If it leaks | anybody may spend your money | one user's rights, and soon none |

## How a page does without

\`\`\`ts
import { connect, streamChat } from 'keyless-chat'
import { msalTokens } from 'keyless-chat/msal'

const foundry = connect({
  endpoint: 'https://contoso.services.ai.azure.com',
  token: msalTokens(app), // asks when it needs one, keeps it in memory
})
\`\`\`

So this page asks for a token when it needs one, keeps it in memory, and sends it to one origin alone. Close the tab and it is gone.

> A script that should not be in the page could still use its token while the page is open. So keep your content security policy strict, as this page does.`

const POEM = `### To a page without secrets

A page that held a secret key
could tell it, and would tell it, free:
to every tab, to every friend,
to strangers at the other end.

So hand it something short instead,
a token, by the evening dead.
It opens *one* door, knows *one* name,
and leaves no ashes and no flame.`

const CODE = `Here is a whole page's worth of streaming. It runs **without an account**, since the emulator answers:

\`\`\`js
import { connect, streamChat } from 'keyless-chat'
import { createEmulator } from 'keyless-chat/emulator'

const emulator = createEmulator()
const foundry = connect({ endpoint: 'https://contoso.services.ai.azure.com', token: () => emulator.token(), fetch: emulator.fetch })

const stream = streamChat(foundry, {
  model: 'gpt-5-mini',
  messages: [{ role: 'user', content: 'Hello' }],
})
for await (const event of stream) if (event.type === 'text') console.log(event.text)
\`\`\`

1. **\`connect\`** takes any address that a portal shows, and a function that gets tokens.
2. **\`streamChat\`** gives events as they come. Leave the loop, and the connection closes.
3. **\`stream.result\`** is the whole answer, with what it used:

   \`\`\`js
   const { usage, finishReason } = await stream.result
   \`\`\`

To call Azure, leave out \`fetch\` and give a token of your own.`

const MARKDOWN = `# Everything that an answer may hold

It is shown **while it arrives**: *what is finished* stands still, and ~~nothing jumps~~ only the last block grows.

## Lists

1. Numbers, in order
2. with lists inside
   - of another kind
   - and \`code\` in them
3. and tasks:
   - [x] stream
   - [ ] wait

## A table

| Deployment | Dialect | Thinks | Price per million |
| :--- | :---: | :---: | ---: |
| gpt-5-mini | Azure OpenAI | yes | 2.00 |
| deepseek-v4 | DeepSeek | yes, aloud | 1.10 |
| mistral-large | Mistral | no | 6.00 |

(The prices are made up.)

## Code

\`\`\`python
def greet(name: str) -> str:
    return f"Hello, {name}, this line is long enough that it has to be scrolled on a phone, and it does so by itself"
\`\`\`

---

> A quote, with a [link to the specification](https://spec.commonmark.org/) and a picture that is not fetched: ![a cat on a keyboard](https://example.com/cat.png)

Markup such as <b>this</b> stays what it is: text.`

const OFFERS = `From here you can

- pick a **failure** from the list of deployments,
- ask for \`code\`, or for all of \`Markdown\`.`

const DAYS = ['Arrive at noon, drop the bags and walk along the river until it is dark.', 'Get up early for the market, then spend the hot hours in a museum.', 'Take the slow train to the hills and come back for a late dinner.']

const HANDBOOK = `The handbook says:

- You have **28 days** of leave a year, and may take five of them along into the next one [doc1].
- Trains are paid for by your department, in **second class**, if you ask before you book [doc2].`

/**
 * Answers a request of the emulator's.
 *
 * @param {import('keyless-chat/emulator').EmulatedRequest} request
 */
export function reply({ prompt, lastRole, lastText, body }) {
  // The page asks for no other form.
  if (body['response_format']) return JSON.stringify(tripFor(prompt))
  if (lastRole === 'tool') return told(lastText)
  if (body['data_sources']) return HANDBOOK
  const images = imagesOf(body['messages'])
  if (images.length > 0) return `I was sent ${images.length === 1 ? 'a picture' : `${images.length} pictures`}: ${images.join(', ')}. A real model would now say what it sees; I am emulated and see only that it arrived whole.`
  if (/poem|verse|story/i.test(prompt)) return POEM
  if (/\bmarkdown\b/i.test(prompt)) return MARKDOWN
  if (/\bkeys?\b/i.test(prompt)) return KEYS
  if (/\bcode\b|\b(?:java|type)script\b/i.test(prompt)) return CODE
  const turn = [body['messages']].flat().filter((message) => message?.role === 'user').length
  return `You wrote: “${shorten(prompt)}”.

This is an **emulated model**: no account was needed, and nothing left your machine. The words arrive one at a time, as from a real deployment, so that you can press *Stop* half way and keep what came.

${turn > 1 ? `I can see ${turn} messages of yours in this conversation.` : OFFERS}`
}

/**
 * Calls the page's two functions where they are offered and asked for.
 *
 * @param {import('keyless-chat/emulator').EmulatedRequest} request
 */
export function calls({ prompt, lastRole, tools }) {
  if (lastRole === 'tool') return []
  const city = /\b(?:in|for) (\p{Lu}[\p{L} ]*\p{L})/u.exec(prompt)?.[1] ?? 'Lisbon'
  const wanted = ['weather', 'time'].filter((word) => prompt.toLowerCase().includes(word)).map((word) => `get_${word}`)
  return tools.filter(({ name }) => wanted.includes(name)).map(({ name }) => ({ name, arguments: JSON.stringify({ city }) }))
}

/** A trip that fits the page's schema, or does not where somebody asks for that. */
function tripFor(prompt) {
  const destination = /\b(?:in|to) (\p{Lu}[\p{L} ]*\p{L})/u.exec(prompt)?.[1] ?? 'Lisbon'
  if (/wrong/i.test(prompt)) return { destination, season: 'summer', budget: -1, days: [] }
  return { destination, season: 'autumn', budget: 640, days: /weekend/i.test(prompt) ? DAYS.slice(0, 2) : DAYS }
}

/** Says a tool's result in words. */
function told(text) {
  const { city, sky, celsius, time, error } = parse(text)
  if (error?.type === 'refused') return 'You did not allow me to look that up, so I do not know.'
  if (error) return `I could not look that up: ${error.message}.`
  if (time) return `It is ${time} in ${city}.`
  return sky ? `In ${city} it is ${celsius} °C, with ${sky === 'sunny' || sky === 'cloudy' ? `a ${sky} sky` : sky}.` : `The function said: ${text}`
}

function parse(text) {
  try {
    return JSON.parse(text) ?? {}
  } catch {
    return {}
  }
}

/** Kind and size of the pictures in the last message. */
function imagesOf(messages) {
  const content = [messages].flat().at(-1)?.content
  if (!Array.isArray(content)) return []
  return content.flatMap((part) => {
    const [, type, data] = /^data:image\/([\w.+-]+);base64,(.*)$/.exec(part?.image_url?.url ?? '') ?? []
    return data ? [`${type.toUpperCase()}, ${Math.ceil((data.length * 3) / 4 / 1024)} KiB`] : []
  })
}

function shorten(text) {
  return text.length <= 280 ? text : `${[...text].slice(0, 280).join('')}…`
}
