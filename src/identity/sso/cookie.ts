import { config } from '../../core/config'
import { limits } from '../../core/limits'

const secure = config.API_PUBLIC_URL.startsWith('https:')

/** Of a browser on its way to a provider and back. */
export const ssoCookie = secure ? '__Host-monozu_sso' : 'monozu_sso'

/** Lax: the provider sends the browser back from its own site. */
const attributes = { httpOnly: true, secure, sameSite: 'lax', path: '/' } as const
export const begun = (value: string) => ({ ...attributes, value, maxAge: limits.ssoTransactionMs / 1000 })
export const over = { ...attributes, value: '', maxAge: 0, expires: new Date(0) }
