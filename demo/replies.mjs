/**
 * What the emulated models say, so that there is something worth reading.
 * @module
 */

const KEYS = `A key in a page is a key in every visitor's hands. Whoever opens the developer tools can copy it, and it keeps working from anywhere until somebody notices the bill and rotates it.

A token is different. It belongs to one user, it names one audience, and it expires within the hour. Your backend, or Entra ID itself, decides who gets one.

So this page asks for a token when it needs one, keeps it in memory, and sends it to one origin alone. Close the tab and it is gone.`

const POEM = `A page that held a secret key
could tell it, and would tell it, free:
to every tab, to every friend,
to strangers at the other end.

So hand it something short instead,
a token, by the evening dead.
It opens one door, knows one name,
and leaves no ashes and no flame.`

/**
 * Answers a request of the emulator's.
 *
 * @param {import('keyless-chat/emulator').EmulatedRequest} request
 */
export function reply({ prompt, body }) {
  if (/\bkeys?\b/i.test(prompt) && !/poem|verse/i.test(prompt)) return KEYS
  if (/poem|verse|story/i.test(prompt)) return POEM
  const turn = [body['messages']].flat().filter((message) => message?.role === 'user').length
  return `You wrote: “${shorten(prompt)}”.

This is an emulated model, so no account was needed and nothing left your machine. The words arrive one at a time, as from a real deployment, so that you can press Stop half way and keep what came.

${turn > 1 ? `I can see ${turn} messages of yours in this conversation.` : 'Pick a failure from the list of deployments to see how the page takes it.'}`
}

function shorten(text) {
  return text.length <= 280 ? text : `${[...text].slice(0, 280).join('')}…`
}
