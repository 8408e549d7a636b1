const pair = /^\s*(-?\d{1,2}(?:\.\d+)?)\s*[,;\s]\s*(-?\d{1,3}(?:\.\d+)?)\s*$/

/** Two numbers as every map gives them ("45.0703, 7.6869"); null for anything else. */
export function coordinatesOf(text: string): { latitude: number; longitude: number } | null {
  const found = text.match(pair)
  return found && { latitude: Number(found[1]), longitude: Number(found[2]) }
}
