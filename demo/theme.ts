/**
 * Light or dark: the system's choice, or the reader's own. A plain script before the first paint, so that nothing flashes.
 * @module
 */
{
  const KEY = 'theme'
  const root = document.documentElement
  const system = matchMedia('(prefers-color-scheme: dark)')

  const stored = (): string | null => {
    try {
      return localStorage.getItem(KEY)
    } catch {
      // Where storage is switched off, the system's choice it is.
      return null
    }
  }
  const isDark = (): boolean => (root.dataset['theme'] ?? (system.matches ? 'dark' : 'light')) === 'dark'
  const show = (): void => document.getElementById('theme')?.setAttribute('aria-pressed', String(isDark()))

  const chosen = stored()
  if (chosen === 'dark' || chosen === 'light') root.dataset['theme'] = chosen
  system.addEventListener('change', show)
  document.addEventListener('DOMContentLoaded', () => {
    show()
    document.getElementById('theme')?.addEventListener('click', () => {
      const next = isDark() ? 'light' : 'dark'
      root.dataset['theme'] = next
      try {
        localStorage.setItem(KEY, next)
      } catch {
        // It holds until the page is closed.
      }
      show()
    })
  })
}
