import { Refusal } from './refusals'

const form = /^(\d{4})-(\d\d)-(\d\d)[Tt ](\d\d):(\d\d)(?::(\d\d)(?:[.,](\d{1,9}))?)?(?:[Zz]|([+-])(\d\d):?(\d\d)?)$/
const earliest = Date.UTC(1970, 0, 1)
const latest = Date.UTC(2200, 0, 1)

/** Epoch milliseconds of an ISO 8601 date and time with its zone (RFC 3339, section 5.6); finer fractions are cut off. Throws a Refusal. */
export function readInstant(value: unknown): number {
  const match = typeof value === 'string' && value.length <= 40 ? form.exec(value) : null
  if (!match) throw new Refusal('invalid_timestamp', 'timestamp must be an ISO 8601 date and time with a zone')
  const [, year, month, day, hour, minute, second = '0', fraction = '0', sign, zoneHours = '0', zoneMinutes = '0'] = match
  const fits =
    Number(day) <= daysIn(Number(year), Number(month)) &&
    Number(day) > 0 &&
    Number(hour) < 24 &&
    Number(minute) < 60 &&
    Number(second) <= 60
  if (!fits || Number(zoneHours) > 23 || Number(zoneMinutes) > 59)
    throw new Refusal('invalid_timestamp', 'timestamp names a moment that does not exist')
  const milliseconds = Number(fraction.slice(0, 3).padEnd(3, '0'))
  const local = Date.UTC(Number(year), Number(month) - 1, Number(day), Number(hour), Number(minute), Number(second), milliseconds)
  const offsetMs = (Number(zoneHours) * 60 + Number(zoneMinutes)) * 60_000
  const at = sign === '-' ? local + offsetMs : local - offsetMs
  return checkInstant(at)
}

/** `at` in epoch milliseconds. Throws a Refusal. */
export function checkInstant(at: number): number {
  if (!(at >= earliest && at < latest)) throw new Refusal('timestamp_out_of_range', 'timestamp must be from 1970 to 2199')
  return at
}

/** 0 for a month that does not exist. */
function daysIn(year: number, month: number): number {
  if (month < 1 || month > 12) return 0
  if (month === 2) return (year % 4 === 0 && year % 100 !== 0) || year % 400 === 0 ? 29 : 28
  return [4, 6, 9, 11].includes(month) ? 30 : 31
}
