const partsOf = (zone: string) =>
  new Intl.DateTimeFormat('en', {
    timeZone: zone,
    hourCycle: 'h23',
    year: 'numeric',
    month: '2-digit',
    day: '2-digit',
    hour: '2-digit',
    minute: '2-digit',
    second: '2-digit',
  })

/** What a clock in the zone shows, as if it were UTC (epoch milliseconds). */
function shownBy(zone: string, epochMs: number): number {
  const parts = Object.fromEntries(
    partsOf(zone)
      .formatToParts(epochMs)
      .map(({ type, value }) => [type, Number(value)]),
  )
  const { year = 0, month = 1, day = 1, hour = 0, minute = 0, second = 0 } = parts
  return Date.UTC(year, month - 1, day, hour, minute, second)
}

/** `2026-03-29T02:30`, as a field for day and time wants it. */
export const wallTime = (epochMs: number, zone: string) => new Date(shownBy(zone, epochMs)).toISOString().slice(0, 16)

/** The moment at which a clock in the zone shows this; null for what is no time. */
export function momentOf(wall: string, zone: string): number | null {
  const wanted = Date.parse(`${wall}Z`)
  if (Number.isNaN(wanted)) return null
  // Once more with the offset of the moment found: clocks may have changed in between.
  const first = wanted - (shownBy(zone, wanted) - wanted)
  return first - (shownBy(zone, first) - wanted)
}

export function isZone(name: string): boolean {
  try {
    return /^[A-Z]/i.test(name) && Boolean(partsOf(name))
  } catch {
    return false
  }
}
