import { chmod, mkdtemp, rm, writeFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { freePort } from '../core/embedded-postgres'
import { debianProgram } from './debian'
import { processes, watch } from './process'

/** Undefined where it can neither be found nor fetched. */
export const pgBouncer = await debianProgram('pgbouncer', 'usr/sbin/pgbouncer')

/** One of this mode before the database, with so many connections to it; the URL that leads through it. */
export async function startPgBouncer(databaseUrl: string, mode: 'session' | 'transaction', connections: number): Promise<string> {
  const folder = await mkdtemp(join(tmpdir(), 'pgbouncer-'))
  processes.endWithTest(() => rm(folder, { recursive: true }))
  const url = new URL(databaseUrl)
  const port = freePort()
  const [file, users] = [join(folder, 'pgbouncer.ini'), join(folder, 'users.txt')]
  await writeFile(users, `"${url.username}" "${url.password}"\n`)
  await writeFile(
    file,
    `[databases]\n* = host=${url.hostname} port=${url.port}\n[pgbouncer]\nlisten_addr = 127.0.0.1\nlisten_port = ${port}\nunix_socket_dir =\nauth_type = scram-sha-256\nauth_file = ${users}\npool_mode = ${mode}\ndefault_pool_size = ${connections}\n`,
  )
  await chmod(folder, 0o755)
  // It does not run as root.
  const user = process.getuid?.() === 0 ? ['-u', 'postgres'] : []
  watch(Bun.spawn([pgBouncer!.path, ...user, file], { env: { ...Bun.env, ...pgBouncer!.environment }, stdout: 'ignore', stderr: 'ignore' }))
  url.port = String(port)
  return url.href
}
