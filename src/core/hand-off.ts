import { nowMs } from './clock'
import { mac } from './secrets'
import { signWebhook, verifyWebhook } from './webhook'

/** Who of the platform goes where, by which grant. */
export interface HandOff {
  grant_id: string
  tenant_id: string
  staff_id: string
}

const lifeSeconds = 60
/** A key for this purpose alone: what is signed for a webhook opens nothing here, nor the other way round. */
const keyOf = (secret: Buffer) => mac(secret, 'monozu support hand-off')

/** From the Management plane to the Cloud, through the browser of the member of staff: signed, for a minute, taken once. */
export function writeHandOff(secret: Buffer, claims: HandOff): string {
  const [id, timestamp] = [Bun.randomUUIDv7(), Math.floor(nowMs() / 1000)]
  const text = JSON.stringify(claims)
  const signature = signWebhook(keyOf(secret), { id, timestamp, body: Buffer.from(text) })
  return Buffer.from(JSON.stringify([id, String(timestamp), signature, text])).toString('base64url')
}

/** Undefined for whatever was not signed by one of these within the last minute. `id` is for taking it once. */
export function readHandOff(secrets: readonly Buffer[], code: string): (HandOff & { id: string }) | undefined {
  try {
    const [id, timestamp, signature, text] = JSON.parse(Buffer.from(code, 'base64url').toString()) as string[]
    const delivery = { id: id!, timestamp: timestamp!, signature: signature!, body: Buffer.from(text!) }
    const message = verifyWebhook(secrets.map(keyOf), delivery, nowMs() / 1000)
    if (!message || nowMs() - message.at.getTime() > lifeSeconds * 1000) return undefined
    return { ...(JSON.parse(text!) as HandOff), id: message.id }
  } catch {
    return undefined
  }
}
