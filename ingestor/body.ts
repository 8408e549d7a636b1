import { constants, gunzipSync, zstdDecompressSync } from 'node:zlib'
import { Problem, codeOf } from '../src/core/problem'
import type { Share } from './budget'
import { limits } from './limits'
import { malformed, tooLarge } from './refusals'
import { isWholeZstd } from './zstd'

const bodyTooLarge = () => tooLarge(`A body may have at most ${limits.bodyBytes} bytes`)

/** The body as text, inflated where its Content-Encoding says so. Everything it holds is taken from the request's share first. */
export async function readBody(request: Request, share: Share): Promise<string> {
  const inflate = inflaterOf(request.headers.get('content-encoding'))
  const bytes = await readBytes(request, share)
  if (!inflate) return decoder.decode(bytes)
  const inflated = inflate(bytes)
  share.take(inflated.length)
  return decoder.decode(inflated)
}

/** Bytes that are not UTF-8 become U+FFFD: a device with one broken text does not lose the rest of its batch. */
const decoder = new TextDecoder()

async function readBytes(request: Request, share: Share): Promise<Buffer> {
  const declared = Number(request.headers.get('content-length') ?? Number.NaN)
  if (declared > limits.bodyBytes) throw bodyTooLarge()
  if (declared <= limits.smallBodyBytes) {
    share.take(declared)
    return Buffer.from(await request.arrayBuffer().catch(cutOff))
  }
  const chunks: Uint8Array[] = []
  let length = 0
  const expires = Date.now() + limits.bodyMs
  try {
    for await (const chunk of request.body ?? []) {
      share.take(chunk.length)
      chunks.push(chunk)
      length += chunk.length
      if (length > limits.bodyBytes) throw bodyTooLarge()
      if (Date.now() > expires) throw new Problem(408, 'too_slow', 'The body did not arrive in time')
    }
  } catch (error) {
    throw error instanceof Problem ? error : cutOff()
  }
  return Buffer.concat(chunks)
}

function cutOff(): never {
  throw malformed('The body ended early')
}

type Inflate = (bytes: Buffer) => Buffer

function inflaterOf(encoding: string | null): Inflate | undefined {
  switch (encoding?.trim().toLowerCase()) {
    case undefined:
    case '':
    case 'identity':
      return undefined
    case 'gzip':
    case 'x-gzip':
      return (bytes) => bounded(() => gunzipSync(bytes, { maxOutputLength: limits.inflatedBytes }))
    case 'zstd':
      return (bytes) => {
        if (!isWholeZstd(bytes)) throw malformed('The body is not whole zstd')
        return bounded(() => zstdDecompressSync(bytes, zstdOptions))
      }
    default:
      throw new Problem(415, 'unsupported_encoding', 'The body may be sent as it is, or with Content-Encoding gzip or zstd')
  }
}

const zstdOptions = { maxOutputLength: limits.inflatedBytes, params: { [constants.ZSTD_d_windowLogMax]: limits.zstdWindowLog } }

/** The limit holds while inflating: not more than it is ever produced. */
function bounded(inflate: () => Buffer): Buffer {
  try {
    return inflate()
  } catch (error) {
    if (codeOf(error) === 'ERR_BUFFER_TOO_LARGE') throw tooLarge(`A body may have at most ${limits.inflatedBytes} bytes when inflated`)
    throw malformed('The body cannot be inflated')
  }
}
