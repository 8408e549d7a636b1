import { expect, test } from 'bun:test'
import { reasons } from '../ingestor/reasons'
import { actions } from './core/actions'
import { actions as ofStaff } from './management/actions'
import { tenantEvents } from './management/states'
import { everyPermission } from './core/permissions'
import { sourcesOf } from './testing/sources'
import { sentences as ofSchemas } from './core/faults'
import { auditActions as english } from '../web/src/lib/i18n/en/audit-actions'
import { fields } from '../web/src/lib/i18n/it/fields'
import { auditActions as italian } from '../web/src/lib/i18n/it/audit-actions'
import { settings as words } from '../web/src/lib/i18n/en/settings'
import { settings as italianSettings } from '../web/src/lib/i18n/it/settings'
import { permissions as sentences } from '../web/src/lib/i18n/it/permissions'
import { problems } from '../web/src/lib/i18n/it/problems'
import { auditActions as managementEnglish } from '../web/src/management/words/en-audit-actions'
import { auditActions as managementItalian } from '../web/src/management/words/it-audit-actions'

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

test('each area of the catalogue of permissions has a name, and no other', () => {
  const areas = everyPermission.map((permission) => permission.replace(/\.\w+$/, '').replaceAll('.', '_'))
  expect(Object.keys(words.settings.groups.area).sort()).toEqual([...new Set(areas)].sort())
})

test('each reason for which a record is refused has a name in English and Italian, and no other', () => {
  for (const { settings } of [words, italianSettings]) expect(Object.keys(settings.rejected.reasons)).toEqual(Object.keys(reasons))
})

type Words = { audit_actions: Record<string, Record<string, string>> }

const wordsOf = ({ audit_actions }: Words) =>
  new Map(Object.entries(audit_actions).flatMap(([kind, verbs]) => Object.entries(verbs).map(([verb, said]) => [`${kind}.${verb}`, said])))

test.each([
  ['English', english, managementEnglish],
  ['Italian', italian, managementItalian],
])('each action of both audit logs has its words in %s, each its own, and no other', (_, cloud, further) => {
  const words = wordsOf(cloud)
  expect([...words.keys()].toSorted()).toEqual([...actions].toSorted())
  const all = [...ofStaff, ...tenantEvents.map((event) => `tenants.${event}`)]
  const management = new Map([...words, ...wordsOf(further)])
  expect(all.filter((action) => !management.has(action))).toEqual([])
  expect([...wordsOf(further).keys()].filter((action) => !all.includes(action))).toEqual([])
  for (const said of [[...words.values()], all.map((action) => management.get(action))]) expect(new Set(said).size).toBe(said.length)
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
