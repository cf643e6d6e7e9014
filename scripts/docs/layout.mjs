/**
 * An article in, its page out: head with the page's own policy, the list of pages, what is on the page, and what comes before and after.
 * Runtime: Node.
 * @module
 */
import { escape } from './html.mjs'
import { linkTo } from './site.mjs'

/**
 * @typedef {object} Frame
 * @property {string} path
 * @property {string} title
 * @property {string} description
 * @property {string} html
 * @property {{ id: string, text?: string, html: string, depth: number }[]} headings
 * @property {boolean} live Whether it runs examples
 * @property {string} kind What the stylesheet may know it by
 */

/** Who may be called by a page whose examples run: the hosts that its emulator answers for. */
export const EMULATED = ['https://contoso.services.ai.azure.com', 'https://app.example']

/** The policy of a page: nothing inline, nothing from elsewhere, and no text that becomes a script, but for two workers of the page's own. */
export function policyOf(live) {
  return [
    "default-src 'none'",
    "script-src 'self'",
    "style-src 'self'",
    "img-src 'self' data:",
    `connect-src 'self'${live ? ` ${EMULATED.join(' ')}` : ''}`,
    ...(live ? ["worker-src 'self'"] : []),
    "base-uri 'none'",
    "form-action 'none'",
    "require-trusted-types-for 'script'",
    `trusted-types ${live ? 'workers' : "'none'"}`,
  ].join('; ')
}

/**
 * Writes a page.
 *
 * @param {Frame} frame
 * @param {{ groups: { title: string, pages: { title: string, path: string, covers?: string[] }[] }[], version: string }} site
 */
export function pageOf({ path, title, description, html, headings, live, kind }, { groups, version }) {
  const to = (target) => escape(linkTo(path, target))
  const flat = groups.flatMap(({ pages }) => pages)
  const at = flat.findIndex((page) => page.path === path)
  const [before, after] = at < 0 ? [] : [flat[at - 1], flat[at + 1]]
  const current = (page) => (page.path === path ? ' aria-current="page"' : page.covers?.includes(path) ? ' aria-current="true"' : '')
  const list = groups.map((group, index) => `<p class="group" id="site-group-${index}">${escape(group.title)}</p>\n<ul aria-labelledby="site-group-${index}">${group.pages.map((page) => `<li><a href="${to(page.path)}"${current(page)}>${escape(page.title)}</a></li>`).join('')}</ul>`).join('\n')
  const shown = headings.filter(({ depth }) => depth <= 3)
  const contents = shown.length > 1 ? `<aside class="contents" aria-labelledby="site-contents"><p class="group" id="site-contents">On this page</p>\n<ul>${shown.map((heading) => `<li class="depth-${heading.depth}"><a href="#${heading.id}">${heading.html}</a></li>`).join('')}</ul></aside>` : ''
  const turn = (page, rel, word) => (page ? `<a rel="${rel}" class="${rel}" href="${to(page.path)}"><span>${word}</span> ${escape(page.title)}</a>` : '')

  return `<!doctype html>
<html lang="en" data-root="${to('index.html').replace(/index\.html$/, '') || './'}">
<head>
<meta charset="utf-8">
<meta http-equiv="content-security-policy" content="${policyOf(live)}">
<meta name="viewport" content="width=device-width, initial-scale=1">
<title>${escape(path === 'index.html' ? 'keyless-chat' : `${title} – keyless-chat`)}</title>
<meta name="description" content="${escape(description.replace(/\s+/g, ' ').slice(0, 200))}">
<meta name="color-scheme" content="light dark">
<link rel="icon" href="${to('assets/icon.svg')}" type="image/svg+xml">
<link rel="stylesheet" href="${to('assets/site.css')}">
<script async src="${to('assets/theme.js')}"></script>
<script type="module" src="${to('assets/page.js')}"></script>${live ? `\n<script type="module" src="${to('assets/live.js')}"></script>` : ''}
</head>
<body class="${kind}">
<a class="skip" href="#site-content">Skip to the content</a>
<header class="top">
<button type="button" class="square menu" popovertarget="site-pages" aria-label="Pages"><span class="icon"></span></button>
<a class="brand" href="${to('index.html')}"><img src="${to('assets/icon.svg')}" alt="" width="28" height="28">keyless-chat</a>
<span class="version">${escape(version)}</span>
<button type="button" class="find" id="site-find" aria-label="Search" aria-keyshortcuts="/ Control+K" hidden><span class="icon"></span><span class="word">Search</span> <kbd>/</kbd></button>
<button type="button" class="square theme" id="site-theme" aria-label="Dark colours" aria-pressed="false" hidden><span class="icon"></span></button>
</header>
<div class="frame">
<nav class="pages" id="site-pages" popover aria-label="Pages">
${list}
</nav>
<main id="site-content" tabindex="-1">
<article>
${html}</article>
<nav class="turn" aria-label="Before and after">${turn(before, 'prev', 'Before')}${turn(after, 'next', 'Next')}</nav>
</main>
${contents}
</div>
</body>
</html>
`
}
