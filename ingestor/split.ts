import { limits } from './limits'
import { malformed, tooLarge } from './refusals'

export const notJson = () => malformed('The body is neither a JSON array of records nor newline-delimited JSON')

export function checkCount(count: number) {
  if (count > limits.records) throw tooLarge(`A request may have at most ${limits.records} records`)
}

/** Start and end of each element, in pairs. Finds where elements end; whether they are JSON shows when they are parsed. */
export function splitArray(text: string): number[] {
  const bounds: number[] = []
  let depth = 0
  let start = -1
  let position = text.indexOf('[') + 1
  for (; position < text.length; position++) {
    const code = text.charCodeAt(position)
    if (start < 0 && code > space && code !== comma && code !== closeBracket) start = position
    if (code === quote) position = endOfString(text, position)
    else if (code === openBracket || code === openBrace) depth += 1
    else if (depth > 0 && (code === closeBracket || code === closeBrace)) depth -= 1
    else if (depth === 0 && (code === comma || code === closeBracket)) {
      if (start >= 0 || bounds.length || code === comma) bounds.push(start < 0 ? position : start, position)
      if (code === closeBracket) break
      checkCount(bounds.length / 2)
      start = -1
    }
  }
  if (position >= text.length || text.slice(position + 1).trim()) throw notJson()
  checkCount(bounds.length / 2)
  return bounds
}

const [space, quote, comma, openBracket, closeBracket, openBrace, closeBrace] = [0x20, 0x22, 0x2c, 0x5b, 0x5d, 0x7b, 0x7d]

/** The closing quote is one with an even number of backslashes before it. */
function endOfString(text: string, opening: number): number {
  for (let end = text.indexOf('"', opening + 1); end >= 0; end = text.indexOf('"', end + 1)) {
    let backslashes = 0
    while (text.charCodeAt(end - 1 - backslashes) === 0x5c) backslashes += 1
    if (backslashes % 2 === 0) return end
  }
  return text.length
}
