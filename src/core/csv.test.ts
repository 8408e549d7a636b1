import { describe, expect, test } from 'bun:test'
import { csvLine } from './csv'

describe('a line of CSV', () => {
  test.each(['=1+1', '+1', '-1', '@SUM(A1)', '\t=1', '\r=1', '\n=1', ' =1', '＝1', '＠x', '=HYPERLINK("http://x")'])(
    'shows %j, and runs nothing',
    (text) => {
      expect(csvLine([text])).toBe(`"'${text.replaceAll('"', '""')}"\r\n`)
    },
  )

  test('leaves alone what is no formula', () => {
    expect(csvLine(['a,b', 'a;=1', 'he said "no"', 'two\r\nlines', "O'Neil", 'a=1'])).toBe(
      `"a,b","a;=1","he said ""no""","two\r\nlines","O'Neil","a=1"\r\n`,
    )
  })

  test('keeps numbers as numbers, instants in UTC, nothing as nothing, and objects as JSON', () => {
    expect(csvLine([-1.5, 0, true, null, undefined, '', new Date(0), { a: ['"'] }])).toBe(
      `-1.5,0,true,,,"",1970-01-01T00:00:00.000Z,"{""a"":[""\\""""]}"\r\n`,
    )
  })
})
