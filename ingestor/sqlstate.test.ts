import { afterAll, beforeAll, expect, test } from 'bun:test'
import { makeDevice, owner, recordsOf, send, startIngestor, until } from './testing'

const ingestor = startIngestor()
const { url } = ingestor

/** PostgreSQL refuses a log whose `failures` is a number so many times, with the SQLSTATE it names. */
beforeAll(async () => {
  await owner.unsafe(`
    create sequence refused_here;
    create function refuse_here() returns trigger language plpgsql security definer as $$ begin
      if nextval('refused_here') <= (new.data->>'failures')::int then raise exception using errcode = new.data->>'sqlstate'; end if;
      return new;
    end $$;
    create trigger refuse_here before insert on device_record for each row when (new.data ? 'failures') execute function refuse_here()`)
})
afterAll(async () => {
  await ingestor.stop()
  await owner.unsafe('drop trigger refuse_here on device_record; drop function refuse_here; drop sequence refused_here')
})

const log = (data: object) => ({ kind: 'log', timestamp: '2026-03-04T05:06:07Z', data: { level: 'info', message: 'm', ...data } })
const always = 1_000_000

async function refused(sqlstate: string, failures: number) {
  const device = await makeDevice()
  expect((await send(url, device, [log({ message: 'before' })])).status).toBe(204)
  await owner`alter sequence refused_here restart`
  const { status, headers, body } = await send(url, device, [log({ sqlstate, failures })])
  const stored = (await recordsOf(device.tenant_id)).filter(({ data }) => data.sqlstate).length
  return { status, word: body?.error, comesAgain: headers.has('retry-after'), stored }
}

const ofData = ['22001', '22003', '22007', '22008', '22021', '22032', '22P02', '22P05', '23502', '23505', '23514']
test.each(ofData)('%s is the fault of the record: it need not be sent again', async (sqlstate) => {
  expect(await refused(sqlstate, always)).toEqual({ status: 422, word: 'invalid', comesAgain: false, stored: 0 })
})

const ofConnection = ['25001', '25006', '25P01', '25P02', '26000', '42P05', '0A000']
test.each(ofConnection)('%s is the fault of a connection: over another one the record is stored, once', async (sqlstate) => {
  expect(await refused(sqlstate, 1)).toMatchObject({ status: 204, stored: 1 })
  expect(await refused(sqlstate, always)).toEqual({ status: 503, word: 'unavailable', comesAgain: true, stored: 0 })
})

const ofNeither = [
  '22P03',
  '22023',
  '08006',
  '08P01',
  '40001',
  '40P01',
  '42501',
  '42804',
  '42P01',
  '53100',
  '53200',
  '54000',
  '55P03',
  '57014',
  '58030',
  'F0000',
  'XX000',
  'XX001',
]
test.each(ofNeither)('%s says nothing about the record: it is asked for again', async (sqlstate) => {
  expect(await refused(sqlstate, always)).toEqual({ status: 503, word: 'unavailable', comesAgain: true, stored: 0 })
})

test('one that comes twice while it lasts is stored once when it is over', async () => {
  const device = await makeDevice()
  await owner`alter sequence refused_here restart`
  const record = log({ sqlstate: '55P03', failures: 3 })
  await until(async () => (await send(url, device, [record])).status === 204)
  expect(await recordsOf(device.tenant_id)).toHaveLength(1)
})

const backends = () => owner<{ pid: number }[]>`
  select pid from pg_stat_activity where usename = 'monozu_ingest' and datname = current_database() order by pid`

test('a connection is kept where the records were at fault, and given up where nothing is known', async () => {
  const before = await backends()
  await refused('23514', always)
  await refused('53100', always)
  expect(await backends()).toEqual(before)
  await refused('XX000', always)
  // The server notices in its own time that nobody is there any more.
  const pids = before.map(({ pid }) => pid)
  await until(
    async () =>
      !Bun.deepEquals(
        (await backends()).map(({ pid }) => pid),
        pids,
      ),
  )
})
