import { Column, SQL, Subquery, getTableName } from 'drizzle-orm'
import type { SelectedFieldsOrdered } from 'drizzle-orm/pg-core'

type Field = SelectedFieldsOrdered[number]['field']
interface Decoder {
  mapFromDriverValue: (value: unknown) => unknown
}

function decoderOf(field: Field): Decoder {
  if (field instanceof Column) return field
  const query = field instanceof SQL ? field : field instanceof Subquery ? field._.sql : field.sql
  return (query as unknown as { decoder: Decoder }).decoder
}

/** Whether a statement has a row of each of its tables; one that is joined may have none. Absent where nothing is joined. */
export type Joined = Record<string, boolean> | undefined

/** Objects of the selection that are null where their table had no row: told by the first of their columns, as the library does. */
function optionalObjects(fields: SelectedFieldsOrdered, joined: Joined) {
  const inObjects = fields.flatMap(({ path, field }, index) =>
    joined && path.length === 2 && field instanceof Column ? [{ name: path[0]!, table: getTableName(field.table), index }] : [],
  )
  return [...Map.groupBy(inObjects, ({ name }) => name)].flatMap(([name, columns]) => {
    const [{ table, index }] = columns as [(typeof columns)[number]]
    return columns.every((column) => column.table === table) && !joined![table] ? [{ name, first: index }] : []
  })
}

type Row = Record<string, unknown>

/** Makes what was selected out of the values of a row, as the library does: what is known of a column is looked up once, not in each row. */
export function rowReader(fields: SelectedFieldsOrdered, joined: Joined) {
  const cells = fields.map(({ path, field }) => ({ key: path.at(-1)!, above: path.slice(0, -1), decoder: decoderOf(field) }))
  const optional = optionalObjects(fields, joined)
  return (values: unknown[]): Row => {
    const row: Row = {}
    cells.forEach(({ key, above, decoder }, index) => {
      let object = row
      for (const name of above) object = (object[name] ??= {}) as Row
      const value = values[index]
      object[key] = value === null ? null : decoder.mapFromDriverValue(value)
    })
    for (const { name, first } of optional) if (values[first] === null) row[name] = null
    return row
  }
}
