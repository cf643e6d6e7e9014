/**
 * Light or dark: the system's choice, or the reader's own.
 * @module
 */
const KEY = 'theme'
const root = document.documentElement
const system = matchMedia('(prefers-color-scheme: dark)')

function stored(): string | null {
  try {
    return localStorage.getItem(KEY)
  } catch {
    // Where storage is switched off, the system's choice it is.
    return null
  }
}

function isDark(): boolean {
  return (root.dataset['theme'] ?? (system.matches ? 'dark' : 'light')) === 'dark'
}

function show(): void {
  document.getElementById('site-theme')?.setAttribute('aria-pressed', String(isDark()))
}

function toggle(): void {
  const next = isDark() ? 'light' : 'dark'
  root.dataset['theme'] = next
  try {
    localStorage.setItem(KEY, next)
  } catch {
    // It holds until the page is closed.
  }
  show()
}

function offer(): void {
  const button = document.getElementById('site-theme')
  if (!button) return
  button.hidden = false
  button.addEventListener('click', toggle)
  show()
}

const chosen = stored()
if (chosen === 'dark' || chosen === 'light') root.dataset['theme'] = chosen
system.addEventListener('change', show)
// It is loaded beside the page, and may be there before or after it.
if (document.readyState === 'loading') document.addEventListener('DOMContentLoaded', offer)
else offer()
