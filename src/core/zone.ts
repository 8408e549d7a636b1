/** Whether it is a time zone of the IANA database. */
export const isTimeZone = (name: string) => {
  try {
    Intl.DateTimeFormat('en', { timeZone: name })
    return true
  } catch {
    return false
  }
}
