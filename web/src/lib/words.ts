const folded = (text: string) =>
  text
    .normalize('NFD')
    .replace(/\p{Mark}/gu, '')
    .toLowerCase()
const wordsIn = (typed: string) => folded(typed).split(/\s+/).filter(Boolean)

/** Whether each word that was typed occurs in the text, whatever its case, accents and order. */
export function hasWords(text: string, typed: string): boolean {
  const within = folded(text)
  return wordsIn(typed).every((word) => within.includes(word))
}

/** Whether what was typed names this from its beginning on. */
export const beginsWithWord = (text: string, typed: string): boolean => folded(text).startsWith(wordsIn(typed)[0] ?? '')
