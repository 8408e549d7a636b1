/** What of an address is not a view of a list: which drawer or dialog is open, and which view it is. */
const passing = ['view', 'add', 'alert', 'user', 'entry']

/** The part of an address that a saved view keeps, in one order, so that two can be compared. */
export function viewQuery(search: string, density?: string): string {
  const kept = new URLSearchParams(search)
  for (const name of passing) kept.delete(name)
  if (density) kept.set('density', density)
  kept.sort()
  return kept.toString()
}

export function viewAddress(view: { id: string; query: string }): string {
  const query = new URLSearchParams(view.query)
  query.set('view', view.id)
  return `?${query}`
}
