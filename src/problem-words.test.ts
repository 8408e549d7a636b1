import { expect, test } from 'bun:test'
import { actions } from './core/actions'
import { everyPermission } from './core/permissions'
import { sourcesOf } from './testing/sources'
import { sentences as ofSchemas } from './core/faults'
import { auditActions as english } from '../web/src/lib/i18n/en/audit-actions'
import { fields } from '../web/src/lib/i18n/it/fields'
import { auditActions as italian } from '../web/src/lib/i18n/it/audit-actions'
import { permissions as sentences } from '../web/src/lib/i18n/it/permissions'
import { problems } from '../web/src/lib/i18n/it/problems'

test('each stable word of the Cloud API has an Italian sentence, and no other', async () => {
  const sources = (await sourcesOf(['src'])).filter(({ file }) => !file.startsWith('src/management/'))
  const words = sources.flatMap(({ text }) => [...text.matchAll(/new Problem\(\s*\d{3},\s*'([a-z_]+)'/g)].map(([, word]) => word!))
  expect(new Set(words).size).toBeGreaterThan(50)
  expect([...new Set(words)].filter((word) => !problems[word])).toEqual([])
  expect(Object.keys(problems).filter((word) => !words.includes(word))).toEqual([])
})

test('each permission has an Italian sentence, and no other', () => {
  expect(Object.keys(sentences).sort()).toEqual([...everyPermission].sort())
})

test.each([
  ['English', english],
  ['Italian', italian],
])('each action of the audit log has its words in %s, each its own, and no other', (_, { audit_actions }) => {
  const words = Object.entries(audit_actions).flatMap(([kind, verbs]) =>
    Object.entries(verbs).map(([verb, said]) => [`${kind}.${verb}`, said]),
  )
  expect(words.map(([action]) => action).toSorted()).toEqual([...actions].toSorted())
  expect(new Set(words.map(([, said]) => said)).size).toBe(words.length)
})

test('each sentence about a field has an Italian one with as many figures, and no other', async () => {
  const said = /(?:\binvalid\(\s*(?:'[^']*'|`[^`]*`|\w+),\s*|\bmessage: )('[^']+'|`[^`]+`)/g
  const sources = (await sourcesOf(['src'])).filter(({ file }) => !/^src\/(fleet|testing)\//.test(file))
  const written = sources.flatMap(({ text }) => [...text.matchAll(said)].map(([, sentence]) => sentence!.slice(1, -1)))
  const all = [...written, ...ofSchemas].map((sentence) => sentence.replace(/\$\{[^}]*\}|\$1|\d+(?:[./]\d+)*/g, '#'))
  expect(written.length).toBeGreaterThan(40)
  expect(Object.keys(fields).toSorted()).toEqual([...new Set(all)].toSorted())
  const figures = (sentence: string) => sentence.split('#').length
  expect(Object.entries(fields).filter(([english, italian]) => figures(english) !== figures(italian))).toEqual([])
})
