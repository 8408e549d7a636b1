import { Refusal } from './refusals'

const form = /^(\d{4})-(\d\d)-(\d\d)[Tt ](\d\d):(\d\d)(?::(\d\d)(?:[.,](\d{1,9}))?)?(?:[Zz]|([+-])(\d\d):?(\d\d)?)$/
const earliest = Date.UTC(1970, 0, 1)
const latest = Date.UTC(2200, 0, 1)

/** The day that was read last, as its text and its first moment: nearly all that arrives is of today. */
let day = { text: '', begins: 0 }

/** Epoch milliseconds of an ISO 8601 date and time with its zone (RFC 3339, section 5.6); finer fractions are cut off. Throws a Refusal. */
export function readInstant(value: unknown): number {
  if (typeof value === 'string' && value.startsWith(day.text) && day.text) {
    const since = sinceMidnight(value)
    if (since >= 0) return day.begins + since
  }
  const match = typeof value === 'string' && value.length <= 40 ? form.exec(value) : null
  if (!match) throw new Refusal('invalid_timestamp', 'timestamp must be an ISO 8601 date and time with a zone')
  const [text, year, month, date, hour, minute, second = '0', fraction = '0', sign, zoneHours = '0', zoneMinutes = '0'] = match
  const fits =
    Number(date) <= daysIn(Number(year), Number(month)) &&
    Number(date) > 0 &&
    Number(hour) < 24 &&
    Number(minute) < 60 &&
    Number(second) <= 60
  if (!fits || Number(zoneHours) > 23 || Number(zoneMinutes) > 59)
    throw new Refusal('invalid_timestamp', 'timestamp names a moment that does not exist')
  const milliseconds = Number(fraction.slice(0, 3).padEnd(3, '0'))
  const begins = Date.UTC(Number(year), Number(month) - 1, Number(date))
  const local = begins + ((Number(hour) * 60 + Number(minute)) * 60 + Number(second)) * 1000 + milliseconds
  const offsetMs = (Number(zoneHours) * 60 + Number(zoneMinutes)) * 60_000
  const at = checkInstant(sign === '-' ? local + offsetMs : local - offsetMs)
  if (begins >= earliest && begins < latest) day = { text: text.slice(0, 10), begins }
  return at
}

/** Milliseconds of what follows the date in the form that most clients write, `T00:00:00.000Z`; -1 for any other. */
function sinceMidnight(text: string): number {
  if (text.length !== 24 || text[10] !== 'T' || text[13] !== ':' || text[16] !== ':' || text[19] !== '.' || text[23] !== 'Z') return -1
  const [hour, minute, second] = [digits(text, 11), digits(text, 14), digits(text, 17)]
  const milliseconds = digits(text, 20) * 10 + digits(text, 22, 1)
  return hour < 24 && minute < 60 && second < 60 && milliseconds >= 0 ? ((hour * 60 + minute) * 60 + second) * 1000 + milliseconds : -1
}

/** NaN where something else stands there. */
function digits(text: string, from: number, count = 2): number {
  let number = 0
  for (let index = from; index < from + count; index++) {
    const digit = text.charCodeAt(index) - 0x30
    if (!(digit >= 0 && digit < 10)) return Number.NaN
    number = number * 10 + digit
  }
  return number
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
