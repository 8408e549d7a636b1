import { config } from '../core/config'
import { send } from './api'
import { browse } from './entra'

export const ssoCookieIn = (reply: Response) => reply.headers.get('set-cookie')?.match(/monozu_sso=([^;]+)/)?.[1] ?? ''
export const withCookie = (cookie: string) => ({ cookie: `monozu_sso=${cookie}` })

/** A browser at the provider until that sends it back; Entra names no issuer beside the code for the platform's app. */
export async function atProvider(start: string): Promise<URL> {
  const back = await browse(start, config.API_PUBLIC_URL)
  if (start.includes('/common/')) back.searchParams.delete('iss')
  return back
}

/** What the browser is led to when it came back with this cookie. */
export async function comeBack(back: URL, cookie: string) {
  const reply = await send('GET', back.pathname + back.search, { headers: withCookie(cookie) })
  if (reply.status !== 302) throw new Error(`coming back ended with ${reply.status}: ${await reply.text()}`)
  return { reply, to: new URL(reply.headers.get('location')!) }
}

/** From the address whose domain decides to the page of the console, with nobody but the provider in between. */
export async function goThrough(email: string, query = '') {
  const begun = await send('GET', `/api/v1/auth/microsoft/login?email=${encodeURIComponent(email)}${query}`)
  const [start, cookie] = [begun.headers.get('location')!, ssoCookieIn(begun)]
  const { reply, to } = await comeBack(await atProvider(start), cookie)
  return { start, cookie, reply, page: to.searchParams, to }
}

export const exchange = (code: string, cookie: string) =>
  send('POST', '/api/v1/auth/exchange', { body: { code }, headers: withCookie(cookie) })

export interface Entered {
  access_token: string
  user: { id: string; email: string; name: string }
  tenant: { id: string }
}

/** The same, to the session. */
export async function enterThrough(email: string) {
  const { page, cookie } = await goThrough(email)
  if (page.get('error')) throw new Error(`refused: ${page.get('error')}`)
  return (await (await exchange(page.get('code')!, cookie)).json()) as Entered
}
export const bearer = ({ access_token }: { access_token: string }) => ({ authorization: `Bearer ${access_token}` })
