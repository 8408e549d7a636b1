import { invalid } from '../../core/errors'
import { isId } from '../../core/scope'

export const writeCursor = (...position: string[]) => Buffer.from(position.join(' ')).toString('base64url')

function readCursor<T>(cursor: string, read: (position: string[]) => T | undefined): T {
  const found = read(Buffer.from(cursor, 'base64url').toString().split(' '))
  if (!found) throw invalid('/cursor', 'is not a cursor of this question')
  return found
}

/** The last series of the page before. */
export const readSeries = (cursor: string) =>
  readCursor(cursor, ([device = '', series = '', ...more]) =>
    isId(device) && isId(series) && !more.length ? { device, series } : undefined,
  )

/** The last frame of the page before. */
export const readMoment = (cursor: string) =>
  readCursor(cursor, ([device = '', layout = '', time = '', ...more]) =>
    isId(device) && isId(layout) && /^\d{4}-\d\d-\d\dT[\d:.]{12}Z$/.test(time) && !Number.isNaN(Date.parse(time)) && !more.length
      ? { device, layout, time }
      : undefined,
  )
