import i18next from 'i18next'
import { initReactI18next } from 'react-i18next'
import type { en as managementWords } from '@/management/words/en'
import { en } from './en'

declare module 'i18next' {
  interface CustomTypeOptions {
    defaultNS: 'translation'
    resources: { translation: typeof en & typeof managementWords }
  }
}

export const languages = ['en', 'it'] as const
export type Language = (typeof languages)[number]

const storageKey = 'monozu.language'

function preferred(): Language {
  const wanted = [localStorage.getItem(storageKey), ...navigator.languages]
  for (const tag of wanted) {
    const found = languages.find((language) => tag?.toLowerCase().startsWith(language))
    if (found) return found
  }
  return 'en'
}

const sentences: Partial<Record<Language, Record<string, string>>> = {}
const fieldSentences: typeof sentences = {}

/** What a refusal or a permission of the server means in the reader's language; undefined where its own English sentence is the better one. */
export function sentenceOf(word: string, detail = ''): string | undefined {
  const known = sentences[i18next.resolvedLanguage as Language]
  const permission = word === 'forbidden' && /\w+(\.\w+)+$/.exec(detail)?.[0]
  const allows = permission && known?.[permission]
  return allows ? i18next.t('error.needs_permission', { allows, permission }) : known?.[word]
}

/** Words that another entry adds to the common ones, or says in their place. */
export type FurtherWords = Record<Language, () => Promise<Record<string, unknown>>>

let further: FurtherWords | undefined

const figure = /\d+(?:[./]\d+)*/g

/** What the server says of a field, in the reader's language; its own sentence where there is no other. */
export function fieldSentenceOf(message: string): string {
  const sentence = fieldSentences[i18next.resolvedLanguage as Language]?.[message.replace(figure, '#')]
  if (!sentence) return message
  const figures = message.match(figure) ?? []
  return sentence.replace(/#/g, () => figures.shift() ?? '')
}

async function load(language: Language): Promise<void> {
  if (language === 'it' && !i18next.hasResourceBundle('it', 'translation')) {
    const [{ it }, { problems }, { permissions }, { fields }] = await Promise.all([
      import('./it'),
      import('./it/problems'),
      import('./it/permissions'),
      import('./it/fields'),
    ])
    i18next.addResourceBundle('it', 'translation', it)
    sentences.it = { ...problems, ...permissions }
    fieldSentences.it = fields
  }
  if (further) i18next.addResourceBundle(language, 'translation', await further[language](), true, true)
}

/** English comes with the first view; another language is fetched when it is wanted. */
export async function startTranslations(more?: FurtherWords): Promise<void> {
  further = more
  await i18next.use(initReactI18next).init({
    resources: { en: { translation: en } },
    lng: 'en',
    fallbackLng: 'en',
    interpolation: { escapeValue: false },
  })
  await speak(preferred())
}

async function speak(language: Language): Promise<void> {
  await load(language)
  await i18next.changeLanguage(language)
  document.documentElement.lang = language
}

export async function chooseLanguage(language: Language): Promise<void> {
  localStorage.setItem(storageKey, language)
  await speak(language)
}

export { i18next }
