import { parseArgs } from 'node:util'
import { readConfiguration } from '../core/configuration'
import type { Checkpoint } from '../identity/audit-log/checkpoint'

export const help = `Usage: monozu audit verify [--tenant id] [--checkpoints file] [--public-key key]...
       monozu audit checkpoints [--tenant id]
       monozu audit platform
       monozu audit key

verify        walks the hash chain of each tenant's audit log and names the first entry that does not fit. Exit code 1 when there is one.
              Without checkpoints kept elsewhere, an end that was cut off with all its traces cannot be seen.
checkpoints   prints the last signed checkpoint of each tenant, one JSON object a line, to be kept where the database's owner cannot write.
platform      prints what is recorded under no tenant (sign-ins that were refused before one was known), newest first, one JSON object a line. It is
              sealed and verified as the tenants' are, as the tenant 00000000-0000-0000-0000-000000000000.
key           prints the public key (Ed25519, base64url) of SECRET_KEY; verify trusts it, that of SECRET_KEY_PREVIOUS, and each --public-key.

Needs DATABASE_URL (the role monozu_app) and SECRET_KEY.`

const options = {
  tenant: { type: 'string' },
  checkpoints: { type: 'string' },
  'public-key': { type: 'string', multiple: true },
} as const

export async function run(words: string[]): Promise<number> {
  const parsed = read(words)
  if (typeof parsed === 'string') {
    console.error(`monozu audit: ${parsed}\n\n${help}`)
    return 2
  }
  const { action, tenant, file, keys } = parsed
  readConfiguration(Bun.env, action === 'key' ? ['SECRET_KEY'] : ['DATABASE_URL', 'SECRET_KEY'])
  const { ownKeys, publicKey } = await import('../identity/audit-log/checkpoint')
  if (action === 'key') {
    console.log(publicKey())
    return 0
  }
  const kept = file === undefined ? [] : await readCheckpoints(file)
  if (!kept) {
    console.error(`monozu audit: ${JSON.stringify(file)} does not hold checkpoints, one JSON object a line`)
    return 2
  }
  const [{ auditedTenants, lastCheckpoint }, { verifyChain }, { inTenant, jobActor }, { closeDatabase, takeTime }, { limits }] =
    await Promise.all([
      import('../identity/audit-log/chain'),
      import('../identity/audit-log/verify'),
      import('../core/scope'),
      import('../core/db'),
      import('../core/limits'),
    ])
  takeTime(limits.jobMs)
  let faults = 0
  try {
    if (action === 'platform') {
      await printPlatform()
      return 0
    }
    // A tenant that is gone from the database, but not from what was kept, is a fault as well.
    const all = async () => [...new Set([...(await auditedTenants()), ...kept.map(({ tenant_id }) => tenant_id)])]
    for (const tenant_id of tenant ? [tenant] : await all()) {
      if (action === 'checkpoints') {
        const last = await inTenant(jobActor(tenant_id), 'read only', lastCheckpoint)
        if (last) console.log(JSON.stringify(last))
        continue
      }
      const { rows, checkpoints, fault } = await verifyChain(tenant_id, [...ownKeys(), ...keys], kept)
      if (fault) faults += 1
      console.log(fault ? `FAULT ${tenant_id} ${fault}` : `ok    ${tenant_id} ${rows} rows, ${checkpoints} checkpoints`)
    }
  } finally {
    await closeDatabase()
  }
  return faults ? 1 : 0
}

async function printPlatform() {
  const [{ listAudit }, { inTenant, jobActor, nobody }, { limits }] = await Promise.all([
    import('../identity/audit-log/service'),
    import('../core/scope'),
    import('../core/limits'),
  ])
  let cursor: string | undefined
  do {
    const paging = { limit: limits.pageRows, ...(cursor && { cursor }) }
    const { items, next_cursor } = await inTenant(jobActor(nobody), 'read only', (scope) => listAudit(scope, paging))
    for (const entry of items) console.log(JSON.stringify(entry))
    cursor = next_cursor ?? undefined
  } while (cursor)
}

const uuid = /^[0-9a-f]{8}(-[0-9a-f]{4}){3}-[0-9a-f]{12}$/

function read(words: string[]) {
  try {
    const { positionals, values } = parseArgs({ args: words, options, allowPositionals: true })
    const [action, ...rest] = positionals
    if (rest.length || !action || !['verify', 'checkpoints', 'platform', 'key'].includes(action))
      return 'say verify, checkpoints, platform or key'
    if (values.tenant !== undefined && !uuid.test(values.tenant)) return '--tenant must be the id of a tenant'
    return { action, tenant: values.tenant, file: values.checkpoints, keys: values['public-key'] ?? [] }
  } catch (error) {
    return (error as Error).message
  }
}

/** Undefined where the file is not there, or holds something else. */
async function readCheckpoints(path: string): Promise<Checkpoint[] | undefined> {
  try {
    const lines = (await Bun.file(path).text()).split('\n').filter((line) => line.trim())
    return lines.map((line) => {
      const { tenant_id, seq, hash, at, key, signature } = JSON.parse(line) as Record<string, unknown>
      const texts = [tenant_id, hash, at, key, signature]
      if (texts.some((text) => typeof text !== 'string') || !Number.isSafeInteger(seq) || !uuid.test(tenant_id as string))
        throw new Error('no checkpoint')
      const instant = new Date(at as string)
      instant.toISOString()
      return { tenant_id, seq, hash, at: instant, key, signature } as Checkpoint
    })
  } catch {
    return undefined
  }
}
