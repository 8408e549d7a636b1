import { Elysia, t } from 'elysia'
import { config } from '../../core/config'
import { assertBodyWanted, callOf, guard } from '../../core/guard'
import { limits } from '../../core/limits'
import { assertOrigin } from '../../core/origins'
import { fileOf, instant } from '../../core/wire'
import { describeArchive, downloadArchive } from './service'

const secure = config.API_PUBLIC_URL.startsWith('https:')
const archiveCookie = secure ? '__Secure-monozu_archive' : 'monozu_archive'
const attributes = { httpOnly: true, secure, sameSite: config.REFRESH_COOKIE_SAMESITE, path: '/api/v1/exports/archive' } as const

/** Of a tenant that is leaving: nobody can sign in to it any more, so that the link in a mail is all there is. */
export const archiveRoutes = new Elysia({ prefix: '/exports/archive', tags: ['archive'] })
  .use(guard)
  .post(
    '/open',
    async ({ body, cookie, request }) => {
      assertOrigin(request)
      const told = await describeArchive(body.token)
      cookie[archiveCookie]!.set({ ...attributes, value: body.token, maxAge: limits.archiveOpenMs / 1000 })
      return told
    },
    {
      public: 'the link of a mail is the credential',
      refuses: { 403: ['forbidden_origin'], 422: ['link_ended'] },
      body: t.Object({ token: t.String({ minLength: 1, maxLength: 200 }) }),
      response: {
        200: t.Object({
          tenant: t.String(),
          bytes: t.Integer(),
          rows: t.Integer(),
          tables: t.Integer(),
          ready_at: instant,
          expires_at: instant,
        }),
      },
      detail: { summary: 'What a link to the data of an organization that is leaving opens; this browser can download it within the hour' },
    },
  )
  .get(
    '/',
    async (context) => {
      assertBodyWanted(context.request)
      const { body, tenant_id, ready_at } = await downloadArchive(context.cookie[archiveCookie]?.value, callOf(context))
      const name = `monozu-${tenant_id}-${ready_at!.toISOString().slice(0, 10)}.tar.gz`
      return new Response(body, {
        headers: { 'content-type': 'application/gzip', 'content-disposition': `attachment; filename="${name}"` },
      })
    },
    {
      public: 'the cookie of a link that was opened is the credential',
      refuses: { 405: ['method_not_allowed'], 422: ['link_ended'] },
      detail: { summary: 'All data of an organization that is leaving, as tar.gz', ...fileOf('application/gzip') },
    },
  )
