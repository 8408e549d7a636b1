/** Only a path of our own: an address from outside could lead away. */
export function safeNext(next: string | null): string {
  return next?.startsWith('/') && !next.startsWith('//') && !next.startsWith('/\\') ? next : '/'
}

let held = ''

/** The secret of a mailed link, taken out of the address and the history: neither is a place for it. */
export function takeToken(): string {
  const address = new URL(location.href)
  const token = address.searchParams.get('token')
  if (token === null) return held
  held = token
  address.searchParams.delete('token')
  history.replaceState(history.state, '', address)
  return held
}
