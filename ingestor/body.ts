import { constants, gunzipSync, zstdDecompressSync } from 'node:zlib'
import { Problem, codeOf } from '../src/core/problem'
import type { Share } from './budget'
import { openDeadline } from './deadline'
import { limits } from './limits'
import { malformed, tooLarge } from './refusals'
import { unsnappy } from './snappy'
import { isWholeZstd } from './zstd'

const inflatedTooLarge = (most: number) => tooLarge(`A body may have at most ${most} bytes when inflated`)
const bodyTooLarge = () => tooLarge(`A body may have at most ${limits.bodyBytes} bytes`)

/** Reads bodies, each of which may take `bodyMs` to arrive. */
export function openBodies(bodyMs: number = limits.bodyMs) {
  const deadline = openDeadline(bodyMs, tooSlow)

  function arrived(request: Request, share: Share): Promise<ArrayBuffer | Buffer> {
    const declared = Number(request.headers.get('content-length') ?? Number.NaN)
    if (declared > limits.bodyBytes) throw bodyTooLarge()
    if (!(declared <= limits.smallBodyBytes)) return readPieces(request, share, bodyMs)
    share.take(declared)
    return deadline.within(request.arrayBuffer(), cutOff)
  }

  /** The body, inflated where its Content-Encoding says so, to at most `mostBytes`. Everything it holds is taken from the request's share first. */
  async function read(request: Request, share: Share, mostBytes: number): Promise<Buffer> {
    const inflate = inflaterOf(request.headers.get('content-encoding'), mostBytes)
    const body = await arrived(request, share)
    const bytes = Buffer.isBuffer(body) ? body : Buffer.from(body)
    if (bytes.length > mostBytes) throw inflatedTooLarge(mostBytes)
    if (!inflate) return bytes
    const inflated = inflate(bytes)
    share.take(inflated.length)
    return inflated
  }

  return { read, close: deadline.close }
}

const tooSlow = () => new Problem(408, 'too_slow', 'The body did not arrive in time')

async function readPieces(request: Request, share: Share, bodyMs: number): Promise<Buffer> {
  const chunks: Uint8Array[] = []
  let length = 0
  const expires = Date.now() + bodyMs
  try {
    for await (const chunk of request.body ?? []) {
      share.take(chunk.length)
      chunks.push(chunk)
      length += chunk.length
      if (length > limits.bodyBytes) throw bodyTooLarge()
      if (Date.now() > expires) throw tooSlow()
    }
  } catch (error) {
    throw error instanceof Problem ? error : cutOff()
  }
  return Buffer.concat(chunks)
}

const cutOff = () => malformed('The body ended early')

type Inflate = (bytes: Buffer) => Buffer

function inflaterOf(encoding: string | null, mostBytes: number): Inflate | undefined {
  switch (encoding?.trim().toLowerCase()) {
    case undefined:
    case '':
    case 'identity':
      return undefined
    case 'gzip':
    case 'x-gzip':
      return (bytes) => bounded(mostBytes, () => gunzipSync(bytes, { maxOutputLength: mostBytes }))
    case 'zstd':
      return (bytes) => {
        if (!isWholeZstd(bytes)) throw malformed('The body is not whole zstd')
        return bounded(mostBytes, () => zstdDecompressSync(bytes, { ...zstdOptions, maxOutputLength: mostBytes }))
      }
    case 'snappy':
      return (bytes) => unsnappy(bytes, () => inflatedTooLarge(mostBytes), mostBytes)
    default:
      throw new Problem(415, 'unsupported_encoding', 'The body may be sent as it is, or with Content-Encoding gzip, zstd or snappy')
  }
}

const zstdOptions = { params: { [constants.ZSTD_d_windowLogMax]: limits.zstdWindowLog } }

/** The limit holds while inflating: not more than it is ever produced. */
function bounded(mostBytes: number, inflate: () => Buffer): Buffer {
  try {
    return inflate()
  } catch (error) {
    if (codeOf(error) === 'ERR_BUFFER_TOO_LARGE') throw inflatedTooLarge(mostBytes)
    throw malformed('The body cannot be inflated')
  }
}
