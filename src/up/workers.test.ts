import { expect, test } from 'bun:test'
import { mkdtempSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { freePort } from '../core/embedded-postgres'
import { eventually } from '../testing/eventually'
import { startCommand } from '../testing/process'

const token = 'a-token-for-the-tests-that-is-long-enough'

const environmentOf = (port: number, folder: string) => ({
  DATABASE_URL: Bun.env.DATABASE_INGEST_URL!,
  INGESTOR_PORT: String(port),
  SPOOL_DIR: folder,
  DRAIN_SECONDS: '1',
  METRICS_TOKEN: token,
})

test('workers share a port; one that is killed is started again; all leave together', async () => {
  const folder = mkdtempSync(join(tmpdir(), 'monozu-workers-'))
  const port = freePort()
  const url = `http://127.0.0.1:${port}`
  const ingestor = startCommand(['ingestor', '--workers', '3'], environmentOf(port, folder))
  /** When each worker started, by its number, as it tells through whichever of them was reached. */
  const startsOf = async () => {
    const answer = await fetch(`${url}/metrics`, { headers: { authorization: `Bearer ${token}` }, keepalive: false }).catch(() => undefined)
    const text = (await answer?.text().catch(() => '')) ?? ''
    return new Map([...text.matchAll(/^process_start_time_seconds\{worker="(\d)"\} ([\d.]+)$/gm)].map(([, worker, at]) => [worker!, at!]))
  }
  const childrenOf = async (pid: number) =>
    (await Bun.file(`/proc/${pid}/task/${pid}/children`).text()).trim().split(' ').filter(Boolean).map(Number)
  try {
    expect(await eventually(async () => (await startsOf()).size === 3, 20_000)).toBe(true)
    const before = await startsOf()
    const children = await childrenOf(ingestor.child.pid)
    expect(children).toHaveLength(3)
    process.kill(children[1]!, 'SIGKILL')
    const isRenewed = async () => {
      const starts = await startsOf()
      return starts.size === 3 && [...starts].filter(([worker, at]) => before.get(worker) !== at).length === 1
    }
    expect(await eventually(isRenewed, 20_000)).toBe(true)
    expect(ingestor.output()).toContain('is started again')
    const left = await childrenOf(ingestor.child.pid)
    expect(left.filter((pid) => children.includes(pid))).toHaveLength(2)

    const second = await startCommand(['ingestor', '--workers', '2'], environmentOf(port, folder)).ended()
    expect(second).toMatchObject({ code: 1, output: expect.stringContaining('INGESTOR_PORT') })

    expect(await ingestor.stop()).toBe(0)
    for (const pid of left) expect(() => process.kill(pid, 0)).toThrow()
    expect(
      await fetch(`${url}/healthz`).then(
        () => 'answered',
        () => 'closed',
      ),
    ).toBe('closed')
  } finally {
    ingestor.child.kill('SIGKILL')
    rmSync(folder, { recursive: true, force: true })
  }
}, 60_000)

test.each(['0', '65', '1.5', 'many'])('--workers %s is refused', async (count) => {
  expect(await startCommand(['ingestor', '--workers', count], {}).ended()).toMatchObject({ code: 2 })
})
