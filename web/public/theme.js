// Runs before the first paint, so that the page never flashes in the wrong theme.
;(function () {
  var choice = 'system'
  try {
    choice = localStorage.getItem('monozu.theme') || 'system'
  } catch {
    // Storage may be blocked; the system's choice is then right.
  }
  var dark = choice === 'dark' || (choice !== 'light' && matchMedia('(prefers-color-scheme: dark)').matches)
  document.documentElement.dataset.theme = dark ? 'dark' : 'light'
})()
