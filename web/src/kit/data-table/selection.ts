/** Rows chosen one by one, or all that the filter matches, loaded or not. */
export type Selection = {
  ids: ReadonlySet<string>
  all: boolean
  /** All that was loaded was chosen at once: more of it may have come since. */
  wasWhole?: boolean
}

export const nothingSelected: Selection = { ids: new Set(), all: false }

export const isSelected = ({ ids, all }: Selection, id: string) => all || ids.has(id)

/** One row more or less. Of all that match, taking one away leaves those that are loaded. */
export function toggled({ ids, all }: Selection, id: string, loaded: readonly string[]): Selection {
  const next = new Set(all ? loaded : ids)
  if (!next.delete(id)) next.add(id)
  return { ids: next, all: false }
}

export function toggledAll(selection: Selection, loaded: readonly string[]): Selection {
  return selection.all || loaded.every((id) => selection.ids.has(id))
    ? nothingSelected
    : { ids: new Set(loaded), all: false, wasWhole: true }
}
