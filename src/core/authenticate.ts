import { config } from './config'
import { nowMs } from './clock'
import { limits } from './limits'
import { log } from './log'
import { describe } from './problem'
import type { Actor } from './scope'
import { readCredential } from './secrets'
import { remembered } from './remembered'
import { rememberedClaims, verifyAccess } from './tokens'

/** Somebody who was recognized, and until when that holds. */
export interface Known {
  actor: Actor
  /** End of the session or key, epoch milliseconds. */
  endsAt: number
  /** The session of a signed-in user. */
  session?: SessionRef
  /** The session rests on the provider of its own tenant, and opens that tenant alone. */
  bound?: boolean
  /** The state of the tenant, which closes it where it is not in use. */
  tenant_status: string
  /** The row of the key a device calls with. */
  key_id?: string
  /** Whether an API token may be used from there. */
  admits?: (address: string | undefined) => boolean
  /** Called at each use. */
  used?: () => void
}

/** For `Known.used`: when a credential was last used is kept to the minute, so that a busy one is no busy row, and written behind the answer. */
export function notingUse(last: Date | null, note: () => Promise<unknown>) {
  let notedAt = last?.getTime() ?? 0
  return () => {
    if (nowMs() - notedAt < limits.credentialUseMs) return
    notedAt = nowMs()
    note().catch((error: unknown) => log.warn({ error: describe(error) }, 'the use of a credential was not noted'))
  }
}

export interface SessionRef {
  sid: string
  tenant_id: string
  user_id: string
}

type Load<K> = (key: K) => Promise<Known | undefined>

export interface Credential {
  tenant_id: string
  id: string
  hash: string
}

/** How contexts say who somebody is; core only remembers it. */
const loaders: { session: Load<SessionRef>; device: Load<Credential>; apiToken: Load<Credential> } = {
  session: async () => undefined,
  device: async () => undefined,
  apiToken: async () => undefined,
}
export const recognizeSessions = (load: Load<SessionRef>) => void (loaders.session = load)
export const recognizeDevices = (load: Load<Credential>) => void (loaders.device = load)
export const recognizeApiTokens = (load: Load<Credential>) => void (loaders.apiToken = load)

const sessions = remembered(
  'sessions',
  (ref: SessionRef) => ref.sid,
  (ref) => loaders.session(ref),
)
const devices = remembered(
  'devices',
  (key: Credential) => key.hash,
  (key) => loaders.device(key),
)
/** Whatever changes what users may do changes their tokens with it: hence the same signals. */
const apiTokens = remembered(
  'sessions',
  (token: Credential) => token.hash,
  (token) => loaders.apiToken(token),
)

const alive = (known: Known | undefined) => (known && known.endsAt > nowMs() ? known : undefined)

/** Who sent this access token: found without waiting where both token and session are remembered. */
export function knownByToken(token: string): Known | undefined | Promise<Known | undefined> {
  const claims = rememberedClaims(token)
  const entry = claims && sessions.recall(claims.sid)
  return entry ? alive(entry.found) : checkToken(token, claims)
}

async function checkToken(token: string, remembered: SessionRef | undefined) {
  const claims = remembered ?? (await verifyAccess(token))
  return claims && alive(await sessions.find(claims))
}

export const knownBySession = async (ref: SessionRef) => alive(await sessions.find(ref))

export async function knownByDeviceKey(text: string): Promise<Known | undefined> {
  const credential = readCredential('mzd', text)
  const known = credential && alive(await devices.find(credential))
  known?.used?.()
  return known
}

export const isApiToken = (text: string) => text.startsWith('mzt_')

/** An API token used from this address. */
export async function knownByApiToken(text: string, address: string | undefined): Promise<Known | undefined> {
  const credential = readCredential('mzt', text)
  const known = credential && alive(await apiTokens.find(credential))
  if (!known?.admits?.(address)) return undefined
  known.used?.()
  return known
}

export const bearerOf = (authorization: string | null | undefined) =>
  authorization?.startsWith('Bearer ') ? authorization.slice(7) : undefined

/** The caller's address, read through as many proxies as are trusted (TRUST_PROXY_HOPS), from the right. */
export function addressOf(request: Request, socketAddress: string | undefined): string | undefined {
  if (!config.TRUST_PROXY_HOPS) return socketAddress
  const hops =
    request.headers
      .get('x-forwarded-for')
      ?.split(',')
      .map((hop) => hop.trim()) ?? []
  return hops.at(-config.TRUST_PROXY_HOPS) ?? socketAddress
}
