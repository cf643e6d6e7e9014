/**
 * What every page gets beside its text: buttons that copy code, the search, and the mark of where the reader is.
 * @module
 */
import { copyButton } from './element.ts'

for (const figure of document.querySelectorAll<HTMLElement>('.code:not(.live, .signature)')) {
  figure.append(copyButton(() => figure.querySelector('pre')?.textContent ?? ''))
}

const find = document.getElementById('site-find')

/** Loads the search when it is first asked for. */
async function search(): Promise<void> {
  const { openSearch } = await import('./search.ts')
  await openSearch()
}

if (find) {
  find.hidden = false
  find.addEventListener('click', () => void search())
  addEventListener('keydown', (event) => {
    const writing = event.target instanceof Element && event.target.closest('input, textarea, select, [contenteditable]') !== null
    const asked = (event.key === '/' && !writing && !event.ctrlKey && !event.metaKey && !event.altKey) || (event.key.toLowerCase() === 'k' && (event.ctrlKey || event.metaKey))
    if (!asked) return
    event.preventDefault()
    void search()
  })
}

const entries = new Map([...document.querySelectorAll<HTMLAnchorElement>('.contents a')].map((link) => [decodeURIComponent(link.hash.slice(1)), link]))

/** Where the headings are; what is not laid out yet is asked by its frame, as to ask within would lay it out. */
const places = [...entries.keys()].flatMap((id) => {
  const heading = document.getElementById(id)
  return heading ? [{ id, place: heading.closest('.symbol') ?? heading }] : []
})

/** Marks the last heading in the upper third of the window, or above it. */
function mark(): void {
  const above = places.filter(({ place }) => place.getBoundingClientRect().top < innerHeight / 3)
  const current = above.at(-1) ?? places[0]
  for (const [id, link] of entries) {
    if (id === current?.id) link.setAttribute('aria-current', 'true')
    else link.removeAttribute('aria-current')
  }
}

if (entries.size > 0) {
  // It tells when a heading comes or goes, which is as often as the mark can move.
  const observer = new IntersectionObserver(mark, { rootMargin: '0px 0px -66% 0px' })
  for (const { place } of places) observer.observe(place)
}

const pages = document.querySelector<HTMLElement>('.pages')
const here = pages?.querySelector<HTMLElement>('[aria-current]')
// By hand, as `scrollIntoView()` would have the first press of Tab go on from there.
if (pages && here && here.offsetTop > pages.clientHeight) pages.scrollTop = here.offsetTop - pages.clientHeight / 2
