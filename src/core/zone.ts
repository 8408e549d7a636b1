/** Whether it is the name of a time zone of the IANA database. An offset is none: PostgreSQL reads `+01:00` the POSIX way, as one hour behind. */
export function isTimeZone(name: string): boolean {
  try {
    return /^[A-Z]/i.test(name) && Boolean(new Intl.DateTimeFormat('en', { timeZone: name }))
  } catch {
    return false
  }
}
