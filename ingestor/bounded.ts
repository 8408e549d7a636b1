/** A map that forgets its oldest entries rather than grow past `most`, measured by `weigh` (one each where it is not given). */
export function boundedMap<V>(most: number, weigh: (key: string, value: V) => number = () => 1) {
  const entries = new Map<string, V>()
  let weight = 0

  function remove(key: string) {
    const value = entries.get(key)
    if (value !== undefined && entries.delete(key)) weight -= weigh(key, value)
  }

  return {
    get: (key: string) => entries.get(key),
    set(key: string, value: V) {
      remove(key)
      entries.set(key, value)
      weight += weigh(key, value)
      for (const oldest of entries.keys()) {
        if (weight <= most) break
        remove(oldest)
      }
    },
    remove,
    removeWhere(matches: (value: V) => boolean) {
      for (const [key, value] of entries) if (matches(value)) remove(key)
    },
    clear() {
      entries.clear()
      weight = 0
    },
  }
}
