/** One line of what happened. Fields are named one by one at the call: no header, key or body ever gets here. */
export type Log = (level: 'info' | 'warn' | 'error', event: string, fields?: Record<string, string | number | boolean>) => void

export const standardLog: Log = (level, event, fields) =>
  console.log(JSON.stringify({ at: new Date().toISOString(), level, event, ...fields }))

/** A short word or sentence for a caught value. */
export function reasonOf(error: unknown): string {
  if (!(error instanceof Error)) return 'unknown error'
  const code = 'code' in error && typeof error.code === 'string' ? error.code : error.name
  return (error.message.startsWith(code) ? error.message : `${code}: ${error.message}`).slice(0, 200)
}
