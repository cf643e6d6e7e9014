import { expect, test } from 'vitest'
import { createSessions } from '../../../demo/worker/session.ts'

const SECRET = 'a secret of thirty-two characters'
const requestWith = (cookie: string) => new Request('https://chat.example/', { headers: { cookie: cookie.split(';')[0] ?? '' } })

test('createSessions() makes cookies that no other host can set and no page without https can send', async () => {
  const sessions = createSessions({ secret: SECRET, secure: true })
  const cookie = await sessions.open()
  expect(cookie).toMatch(/^__Host-session=[\w.-]+; Path=\/; Max-Age=43200; HttpOnly; SameSite=Strict; Secure$/)
  expect(await sessions.subjectOf(requestWith(cookie))).toBe(cookie.slice('__Host-session='.length).split('.')[0])
  expect(await sessions.subjectOf(requestWith(cookie.replace('__Host-', '')))).toBeUndefined()
})

test('createSessions() takes no cookie of another secret, and makes no two alike', async () => {
  const cookie = await createSessions({ secret: SECRET, secure: true }).open()
  const other = createSessions({ secret: `${SECRET}!`, secure: true })
  expect(await other.subjectOf(requestWith(cookie))).toBeUndefined()
  expect(await other.open()).not.toBe(await other.open())
})

test('createSessions() takes a cookie for twelve hours, whatever the browser does', async () => {
  let time = 1_800_000_000_000
  const sessions = createSessions({ secret: SECRET, secure: true, now: () => time })
  const cookie = await sessions.open()
  time += 43_200_000 - 1
  expect(await sessions.subjectOf(requestWith(cookie))).toBeDefined()
  time += 1
  expect(await sessions.subjectOf(requestWith(cookie))).toBeUndefined()
})
