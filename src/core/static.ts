import { Elysia } from 'elysia'
import { Problem, codeOf } from './errors'
import { filesIn } from './files'
import { pagePolicy } from './security-headers'

interface Asset {
  plain: Uint8Array<ArrayBuffer>
  packed?: Uint8Array<ArrayBuffer>
  etag: string
  headers: Record<string, string>
}

const hashed = /^assets\/.+-[\w-]{8,}\.\w+$/
const compressible = /^(text\/|application\/(json|javascript)|image\/svg)/

const documentHeaders = { 'content-security-policy': pagePolicy, 'x-frame-options': 'DENY' }

async function load(path: string, name: string): Promise<Asset> {
  const { type } = Bun.file(path)
  const plain = await Bun.file(path).bytes()
  const compressed = compressible.test(type) ? { packed: Bun.gzipSync(plain, { level: 9 }) } : {}
  return {
    plain,
    ...compressed,
    etag: `"${Bun.hash(plain).toString(36)}"`,
    headers: {
      'content-type': type,
      'cache-control': hashed.test(name) ? 'public, max-age=31536000, immutable' : 'no-cache',
      vary: 'Accept-Encoding, Origin',
      ...(type.startsWith('text/html') && documentHeaders),
    },
  }
}

function answer({ plain, packed, etag, headers }: Asset, request: Request): Response {
  const known = { ...headers, etag }
  if (request.headers.get('if-none-match') === etag) return new Response(null, { status: 304, headers: known })
  const gzip = packed && request.headers.get('accept-encoding')?.includes('gzip')
  return gzip ? new Response(packed, { headers: { ...known, 'content-encoding': 'gzip' } }) : new Response(plain, { headers: known })
}

/**
 * The console: read and compressed at the first request for a file, then from memory. Whatever is no file is a page of the application. What was built
 * when it was started is served; a file that has gone since, as while it is built anew, is looked for again with the next request.
 */
export function staticFiles(entry: string, folder = 'dist/web') {
  const files = filesIn(folder)
  const loaded = new Map<string, Promise<Asset>>()
  const serve = async (name: string, request: Request): Promise<Response> => {
    const path = files.get(name)
    if (!path) throw new Problem(404, 'not_found', 'The console is not built: run `bun run build:web`')
    const asset = loaded.get(name) ?? load(path, name)
    loaded.set(name, asset)
    try {
      return answer(await asset, request)
    } catch (error) {
      loaded.delete(name)
      throw codeOf(error) === 'ENOENT' ? new Problem(404, 'not_found', 'This file of the console is gone') : error
    }
  }
  const page = { public: 'the console itself; all data needs a sign-in', detail: { hide: true } }
  return new Elysia()
    .get('/', ({ request }) => serve(entry, request), page)
    .get('/api/docs', ({ request }) => serve('docs.html', request), page)
    .get(
      '/*',
      ({ params, path, request }) => {
        const name = params['*']
        if (files.has(name)) return serve(name, request)
        if (/^\/(api|v1|internal|assets)(\/|$)/.test(path) || /(^|\/)\.|\.\w{2,5}$/.test(name))
          throw new Problem(404, 'not_found', 'There is no such route')
        return serve(entry, request)
      },
      page,
    )
}
