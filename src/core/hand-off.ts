import { nowMs } from './clock'
import { mac } from './secrets'
import { signWebhook, verifyWebhook } from './webhook'

/** What the Management plane signs for somebody of the platform, and the Cloud reads: for one purpose alone, for a while. `id` is for taking it once. */
function signed<Claims extends object>(purpose: string, lifeSeconds: number) {
  /** A key for this purpose: what is signed for a webhook opens nothing here, nor the other way round. */
  const keyOf = (secret: Buffer) => mac(secret, purpose)
  return {
    lifeSeconds,
    write(secret: Buffer, claims: Claims): string {
      const [id, timestamp] = [Bun.randomUUIDv7(), Math.floor(nowMs() / 1000)]
      const text = JSON.stringify(claims)
      const signature = signWebhook(keyOf(secret), { id, timestamp, body: Buffer.from(text) })
      return Buffer.from(JSON.stringify([id, String(timestamp), signature, text])).toString('base64url')
    },
    /** Undefined for whatever was not signed by one of these within its life. */
    read(secrets: readonly Buffer[], code: string): (Claims & { id: string }) | undefined {
      try {
        const [id, timestamp, signature, text] = JSON.parse(Buffer.from(code, 'base64url').toString()) as string[]
        const delivery = { id: id!, timestamp: timestamp!, signature: signature!, body: Buffer.from(text!) }
        const message = verifyWebhook(secrets.map(keyOf), delivery, nowMs() / 1000)
        if (!message || nowMs() - message.at.getTime() > lifeSeconds * 1000) return undefined
        return { ...(JSON.parse(text!) as Claims), id: message.id }
      } catch {
        return undefined
      }
    },
  }
}

/** Through the browser of the member of staff: who goes where, by which grant. Taken once. */
export const handOff = signed<{ grant_id: string; tenant_id: string; staff_id: string }>('monozu support hand-off', 60)

/** With what a member of staff calls `/api/v1/admin` of the Cloud. */
export const staffPass = signed<{ staff_id: string }>('monozu staff pass', 300)
