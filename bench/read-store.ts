import type { Bench } from './lib'

/** A fleet that reports thirty metrics a minute. The newest week is filled first, then the 51 weeks before it, all of them alike. */
export const fleet = { devices: 1_000, metrics: 30, weeks: 52 }
export const dayMs = 86_400_000
const weekMinutes = 7 * 1_440
const minuteMs = 60_000
/** Values that a minute of the whole fleet holds. */
const minuteValues = fleet.devices * fleet.metrics
/** Moments of the whole fleet a statement adds. */
const atOnce = 50

export interface Store {
  tenant_id: string
  devices: string[]
  org_unit_id: string
  layout: string
  /** The first moment that has no frame, a whole hour. */
  endMs: number
  minutes: number
}

export const metric = (index: number) => `metric_${index % fleet.metrics}`

export async function openStore({ owner }: Bench, tenant_id: string): Promise<Store> {
  const [layout, org_unit_id] = [Bun.randomUUIDv7(), Bun.randomUUIDv7()]
  const devices = Array.from({ length: fleet.devices }, () => Bun.randomUUIDv7())
  const names = Array.from({ length: fleet.metrics }, (_, index) => metric(index))
  await owner`insert into org_unit (tenant_id, id, name) values (${tenant_id}, ${org_unit_id}, 'Fleet')`
  await owner`insert into telemetry_layout (tenant_id, id, hash, metrics, labels) values (${tenant_id}, ${layout}, ${layout}, ${names}, '{}')`
  await owner`
    insert into device (tenant_id, id, name, org_unit_id) select ${tenant_id}, id, 'preloaded', ${org_unit_id} from unnest(${devices}::uuid[]) id`
  await owner`
    create unlogged table bench_values as select n, (select array_agg(round((100 * random())::numeric, 4)::float8) from generate_series(1, ${fleet.metrics} + n * 0)) as values
    from generate_series(0, 4095) n`
  await owner`create unique index on bench_values (n)`
  const endMs = Math.floor(Date.now() / 3_600_000) * 3_600_000
  for (let week = 0; week < fleet.weeks; week++) await owner`select prepare_partitions(${new Date(endMs - week * weekMinutes * minuteMs)})`
  return { tenant_id, devices, org_unit_id, layout, endMs, minutes: 0 }
}

/** Adds moments of the whole fleet until so many values are stored. */
export async function fill({ owner }: Bench, store: Store, values: number) {
  const { tenant_id, devices, layout, endMs } = store
  const wanted = Math.ceil(values / minuteValues)
  const statements: number[] = []
  for (let first = store.minutes; first < wanted; first += atOnce) statements.push(first)
  const add = async (first: number) => {
    await owner`
      insert into telemetry_frame (tenant_id, device_id, at, layout_id, values)
      select ${tenant_id}, d.id, m.at, ${layout}, v.values
      from (
        select n, ${new Date(endMs)}::timestamptz - interval '1 minute' * (1 + case when n < ${weekMinutes}::int then n
          else (1 + (n - ${weekMinutes}::int) % ${fleet.weeks - 1}::int) * ${weekMinutes}::int + (n - ${weekMinutes}::int) / ${fleet.weeks - 1}::int end) as at
        from generate_series(${first}::int, ${Math.min(wanted, first + atOnce) - 1}::int) n) m
      cross join unnest(${devices}::uuid[]) with ordinality d (id, number)
      join bench_values v on v.n = (m.n * 7 + d.number * 13) % 4096
      order by m.at, d.number`
  }
  await Promise.all(
    [0, 1].map(async () => {
      for (let next = statements.shift(); next !== undefined; next = statements.shift()) await add(next)
    }),
  )
  store.minutes = Math.max(store.minutes, wanted)
  await owner`vacuum (analyze) telemetry_frame`
}

/** What the worker would have made of so many days of the fleet: an hour a row. */
export async function fillHours({ owner }: Bench, { tenant_id, devices, layout, endMs }: Store, days: number) {
  for (let day = days; day > 0; day--) {
    await owner`
      insert into telemetry_rollup (tenant_id, device_id, seconds, at, layout_id, counts, lows, highs, totals, firsts, lasts, increases)
      select ${tenant_id}, d.id, 3600, ${new Date(endMs - day * dayMs)}::timestamptz + interval '1 hour' * h.n, ${layout},
        array_fill(60, array[${fleet.metrics}::int]), v.values, v.values, v.values, v.values, v.values, v.values
      from generate_series(0, 23) h (n) cross join unnest(${devices}::uuid[]) with ordinality d (id, number)
      join bench_values v on v.n = (h.n * 7 + d.number * 13) % 4096
      order by h.n, d.number`
  }
  await owner`vacuum (analyze) telemetry_rollup`
}
