import { createHmac, timingSafeEqual } from 'node:crypto'

/** A delivery in the form of Standard Webhooks (standardwebhooks.com): the headers webhook-id, webhook-timestamp, webhook-signature. */
export interface Delivery {
  id: string | null
  timestamp: string | null
  signature: string | null
  /** The bytes as they came: what is parsed and written again may differ. */
  body: Uint8Array
}

const toleranceSeconds = 300
const signatures = 20

const sign = (secret: Buffer, id: string, timestamp: string, body: Uint8Array) =>
  `v1,${createHmac('sha256', secret).update(`${id}.${timestamp}.`).update(body).digest('base64')}`

/** What goes into webhook-signature. `timestamp` is in seconds. */
export const signWebhook = (secret: Buffer, { id, timestamp, body }: { id: string; timestamp: number; body: Uint8Array }) =>
  sign(secret, id, String(timestamp), body)

/** The id and moment of a delivery that one of these secrets has signed within the last or next five minutes; undefined for any other. */
export function verifyWebhook(secrets: readonly Buffer[], { id, timestamp, signature, body }: Delivery, nowSeconds: number) {
  if (!id || !/^[\x21-\x7e]{1,200}$/.test(id) || !timestamp || !/^\d{1,12}$/.test(timestamp) || !signature) return undefined
  if (Math.abs(Number(timestamp) - nowSeconds) > toleranceSeconds) return undefined
  const given = signature.split(' ', signatures).map((part) => Buffer.from(part))
  let isSigned = false
  for (const secret of secrets) {
    const expected = Buffer.from(sign(secret, id, timestamp, body))
    for (const one of given) if (one.length === expected.length && timingSafeEqual(one, expected)) isSigned = true
  }
  return isSigned ? { id, at: new Date(Number(timestamp) * 1000) } : undefined
}
