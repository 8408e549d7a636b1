import { config } from '../config'

const secure = config.API_PUBLIC_URL.startsWith('https:')

/** Named for this plane: a browser that knows both on one host keeps both. */
export const cookieName = (name: string) => `${secure ? '__Host-' : ''}monozu_staff_${name}`
export const attributes = { httpOnly: true, secure, sameSite: 'strict', path: '/' } as const
export const gone = { value: '', maxAge: 0, expires: new Date(0) }

const refreshCookie = cookieName('refresh')

export type Jar = Record<string, { value?: unknown; set: (cookie: object) => unknown }>

export const keptRefresh = (jar: Jar) => jar[refreshCookie]?.value as string | undefined

export const remember = (jar: Jar, { token, expires_at }: { token: string; expires_at: Date }) =>
  jar[refreshCookie]!.set({ ...attributes, value: token, expires: expires_at })

export const forget = (jar: Jar) => jar[refreshCookie]!.set({ ...attributes, ...gone })
