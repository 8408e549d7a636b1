import { createHash } from 'node:crypto'
import { fileURLToPath } from 'node:url'
import { config } from './config'
import { describe, invalid } from './errors'
import { limits } from './limits'
import { log } from './log'
import { callingOut } from './spans'
import { assertUncommonPassword } from './common-passwords'

const codeOf = (code: string) => Object.assign(new Error(), { code })

async function bounded(body: ReadableStream<Uint8Array> | null): Promise<string> {
  const parts: Uint8Array[] = []
  let bytes = 0
  for await (const part of body ?? []) {
    bytes += part.length
    if (bytes > limits.breachedRangeBytes) throw codeOf('TOO_LONG')
    parts.push(part)
  }
  return Buffer.concat(parts).toString('latin1')
}

/** Nobody who is asked learns the password, nor its hash: only the first 5 of its 40 digits, which hundreds of others share (k-anonymity). */
async function rangeOf(prefix: string): Promise<string> {
  const base = config.PWNED_PASSWORDS_URL
  if (base.startsWith('file:')) return bounded(Bun.file(fileURLToPath(`${base}/${prefix}.txt`)).stream())
  const reply = await fetch(`${base}/range/${prefix}`, {
    // Answers are filled up with lines of count 0, so that their length tells nothing to who listens.
    headers: { 'add-padding': 'true', 'user-agent': 'monozu-cloud' },
    redirect: 'error',
    signal: AbortSignal.timeout(limits.breachedMs),
  })
  if (reply.ok) return bounded(reply.body)
  await reply.body?.cancel()
  throw codeOf(`HTTP ${reply.status}`)
}

let unanswered = 0

/** Whether the list in PWNED_PASSWORDS_URL has it. Where that does not answer, the password is taken: nobody is kept from changing his by trouble elsewhere. */
async function isBreached(password: string): Promise<boolean> {
  if (!config.PWNED_PASSWORDS_URL) return false
  // As the list names passwords (NIST SP 800-63B-4 section 3.1.1.2): nothing rests on its strength.
  const digits = createHash('sha1').update(password).digest('hex').toUpperCase()
  try {
    const lines = await callingOut('pwned_passwords', () => rangeOf(digits.slice(0, 5)))
    return lines.split('\n').some((line) => {
      const [suffix = '', seen = ''] = line.trim().split(':')
      return suffix.toUpperCase() === digits.slice(5) && Number(seen) > 0
    })
  } catch (error) {
    unanswered += 1
    log.warn({ error: describe(error), unanswered }, 'breached passwords could not be looked up: a new password was taken without')
    return false
  }
}

/** 422 on `path` for a password that is known from a breach. */
export async function assertUnbreached(password: string, path: string) {
  if (await isBreached(password)) throw invalid(path, 'is known from a breach, and among the first that are tried')
}

/** All that is asked of a new password: 422 on `path`. */
export async function assertGoodPassword(password: string, email: string, path: string) {
  assertUncommonPassword(password, email, path)
  await assertUnbreached(password, path)
}
