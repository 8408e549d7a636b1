import { create } from 'zustand'

const param = 'org_unit'
/** The pages that a unit narrows. */
const narrowed = new Set(['/', '/devices', '/alerts', '/telemetry', '/wallboard'])

export const isNarrowed = (pathname: string) => narrowed.has(pathname)

/** The organization unit one works in: what the address of the last such list said, so that it holds while one looks elsewhere. */
export const useUnit = create<{ id: string | null }>(() => ({ id: null }))

/** An operator other than "is" is a filter, not a place. */
export const unitOf = (search: string) => {
  const value = new URLSearchParams(search).get(param)
  return value && !value.includes(':') ? value : null
}

/** An address of the console, within the unit where that narrows it. */
export const withinUnit = (to: string, id: string | null) => (id && isNarrowed(to) ? `${to}?${param}=${id}` : to)

/** A list with what its address shall say. */
export function listAt(path: string, query: Record<string, string | undefined>): string {
  const said = new URLSearchParams(Object.entries(query).flatMap(([name, value]) => (value === undefined ? [] : [[name, value]])))
  return said.size > 0 ? `${path}?${said}` : path
}

/** The same list, narrowed to another unit or to none. */
export function searchWithin(search: string, id: string | null): string {
  const next = new URLSearchParams(search)
  if (id) next.set(param, id)
  else next.delete(param)
  return next.size > 0 ? `?${next}` : ''
}
