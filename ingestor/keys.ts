import { now } from '../src/core/clock'
import { bytesOf, hashOf, readCredential } from '../src/core/secrets'
import { boundedMap } from './bounded'
import { limits } from './limits'
import type { Reader } from './reader'
import { away } from './refusals'

/** Who sends: tenant and device come from the key, never from the body. */
export interface Device {
  tenant_id: string
  device_id: string
  key_id: string
  key_hash: string
  tenantBytes: Buffer
  deviceBytes: Buffer
  /** Of one that was looked up just now. */
  tenant_status?: string
  /** What the tenant's licence includes; null without one. */
  features: string[] | null
}

interface Known {
  tenant_id: string
  /** Absent for a key that nobody has. */
  device?: Device
  expires: number
  /** Remembered before signals may have been missed: asked about again, where that is possible. */
  era: number
}

interface Lookup {
  tenant_id: string
  id: string
  hash: string
  answer: PromiseWithResolvers<Device | undefined>
}

/**
 * Recognizes device keys. One lookup runs at a time and takes along all keys that wait, so that however many strangers knock, the database
 * is asked one question after the other. While the database is away and there is a spool, a key that was valid when it was last asked about
 * stays so for an hour: a revocation could not be heard of anyway.
 */
export function openKeys(read: Reader['read'], isSpooling = () => false) {
  const known = boundedMap<Known>(limits.keyCacheEntries)
  const strangers = boundedMap<Known>(limits.strangerCacheEntries)
  const waiting = new Map<string, Lookup>()
  /** What signals have named since the question that is on its way was asked. */
  const named = new Set<string>()
  let isLooking = false
  let era = 0

  /** Undefined for whatever is not a key that is valid now. Rejects with a 503 when the database cannot be asked. */
  function find(text: string | null): Device | undefined | Promise<Device | undefined> {
    if (!text || text.length > limits.keyCharacters) return undefined
    const hash = hashOf(text)
    const entry = known.get(hash) ?? strangers.get(hash)
    if (entry && entry.expires > Date.now() && entry.era === era) return entry.device
    const trusted = trustedOf(entry)
    if (trusted && isSpooling()) return trusted
    const credential = readCredential('mzd', text)
    return credential && lookUp(credential)
  }

  const trustedOf = (entry: Known | undefined) => (entry && entry.expires + limits.keyAwayMs > Date.now() ? entry.device : undefined)

  function lookUp({ tenant_id, id, hash }: { tenant_id: string; id: string; hash: string }) {
    const same = waiting.get(hash)
    if (same) return same.answer.promise
    if (waiting.size >= limits.keysWaiting || isSpooling()) throw away()
    const lookup = { tenant_id, id, hash, answer: Promise.withResolvers<Device | undefined>() }
    waiting.set(hash, lookup)
    if (!isLooking) void lookAll()
    return lookup.answer.promise
  }

  async function lookAll() {
    isLooking = true
    while (waiting.size) {
      const lookups = [...waiting.values()].slice(0, limits.keysPerLookup)
      for (const { hash } of lookups) waiting.delete(hash)
      named.clear()
      const asked = era
      try {
        const devices = await readKeys(lookups)
        for (const { hash, tenant_id, answer } of lookups) {
          const device = devices.get(hash)
          // A signal that came while the question was on its way may be about this very answer. Where signals were missed, it is of the era before.
          const isDoubtful = named.has(hash) || named.has(tenant_id) || (!device && asked !== era)
          if (!isDoubtful) remember(hash, tenant_id, device, asked)
          answer.resolve(device)
        }
      } catch {
        for (const { hash, answer } of lookups) {
          const trusted = isSpooling() ? trustedOf(known.get(hash)) : undefined
          if (trusted) answer.resolve(trusted)
          else answer.reject(away())
        }
      }
    }
    isLooking = false
  }

  function remember(hash: string, tenant_id: string, device: Device | undefined, era: number) {
    known.remove(hash)
    strangers.remove(hash)
    const keptMs = device ? limits.keyCacheMs : limits.strangerCacheMs
    const into = device ? known : strangers
    into.set(hash, { tenant_id, device, expires: Date.now() + keptMs, era })
  }

  async function readKeys(lookups: Lookup[]): Promise<Map<string, Device>> {
    const byTenant = Map.groupBy(lookups, ({ tenant_id }) => tenant_id)
    const questions = [...byTenant].map(([tenant_id, some]) => ({ tenant_id, text: selectKeys(tenant_id, some) }))
    const wanted = new Map(lookups.map((lookup) => [lookup.hash, lookup]))
    const rows = (await read(questions)).flat() as {
      tenant_id: string
      id: string
      device_id: string
      key_hash: string
      tenant_status: string | null
      features: string[] | null
    }[]
    const own = rows.filter(
      ({ key_hash, id, tenant_id }) => wanted.get(key_hash)?.id === id && wanted.get(key_hash)?.tenant_id === tenant_id,
    )
    return new Map(
      own.map(({ tenant_status, ...row }) => [
        row.key_hash,
        { ...deviceOf({ ...row, key_id: row.id }), ...(tenant_status && { tenant_status }) },
      ]),
    )
  }

  /** `key` is the hash of a key, or a tenant: all of its keys. */
  function forget(key: string) {
    if (isLooking) named.add(key)
    for (const entries of [known, strangers]) {
      entries.remove(key)
      entries.removeWhere(({ tenant_id }) => tenant_id === key)
    }
  }

  function forgetAll() {
    era += 1
    strangers.clear()
  }

  return { find, forget, forgetAll }
}

/** Only ids and hashes that were decoded from bytes stand in the text. */
const selectKeys = (tenant_id: string, lookups: Lookup[]) =>
  `select tenant_id, id, device_id, key_hash, (select status from tenant where tenant.id = device_key.tenant_id) as tenant_status,
    (select features from licence where licence.tenant_id = '${tenant_id}') as features
    from device_key where tenant_id = '${tenant_id}'
    and id in (${lookups.map(({ id }) => `'${id}'`).join(', ')})
    and revoked_at is null and (expires_at is null or expires_at > '${now().toISOString()}')`

type Row = Omit<Device, 'tenantBytes' | 'deviceBytes' | 'tenant_status' | 'features'> & Partial<Pick<Device, 'features'>>

export const deviceOf = ({ tenant_id, device_id, key_id, key_hash, features = null }: Row): Device => ({
  tenant_id,
  device_id,
  key_id,
  key_hash,
  features,
  tenantBytes: bytesOf(tenant_id),
  deviceBytes: bytesOf(device_id),
})
