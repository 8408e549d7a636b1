import { config } from '../../core/config'
import { limits } from '../../core/limits'
import { writeDeviceCookie } from './device-cookie'

const secure = config.API_PUBLIC_URL.startsWith('https:')
export const refreshCookie = secure ? '__Host-monozu_refresh' : 'monozu_refresh'
export const deviceCookie = secure ? '__Host-monozu_device' : 'monozu_device'
export const attributes = { httpOnly: true, secure, sameSite: config.REFRESH_COOKIE_SAMESITE, path: '/' } as const

type Jar = Record<string, { set: (cookie: object) => unknown }>

/** What a browser keeps of a sign-in: its session, and that it was here. */
export function remember(jar: Jar, { refresh, user }: { refresh: { token: string; expires_at: Date }; user: { email: string } }) {
  jar[refreshCookie]!.set({ ...attributes, value: refresh.token, expires: refresh.expires_at })
  jar[deviceCookie]!.set({ ...attributes, value: writeDeviceCookie(user.email), maxAge: limits.deviceCookieMs / 1000 })
}
