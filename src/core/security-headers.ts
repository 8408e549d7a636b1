import { config } from './config'

/** Over https a browser is told to stay with it for a year (RFC 6797); over http it would ignore that. */
const transport = (publicUrl: string): Record<string, string> =>
  publicUrl.startsWith('https:') ? { 'strict-transport-security': 'max-age=31536000; includeSubDomains' } : {}

/** On every answer: it is data, not a page; nothing may be loaded for it, frame it, guess its type or learn where the reader came from. */
export const securityHeaders = (publicUrl: string): Record<string, string> => ({
  'x-content-type-options': 'nosniff',
  'content-security-policy': "default-src 'none'; base-uri 'none'; form-action 'none'; object-src 'none'; frame-ancestors 'none'",
  'cross-origin-resource-policy': 'same-origin',
  'cross-origin-opener-policy': 'same-origin',
  'referrer-policy': 'no-referrer',
  'permissions-policy': 'camera=(), display-capture=(), geolocation=(), microphone=(), payment=(), usb=()',
  ...transport(publicUrl),
})

/** Where the console's sockets lead: older browsers do not take them for 'self'. */
const sockets = new URL(config.API_PUBLIC_URL).origin.replace(/^http/, 'ws')

/** The console's own pages instead: a browser loads, runs and calls nothing that this server did not serve. */
export const pagePolicy = [
  "default-src 'self'",
  "script-src 'self'",
  "style-src 'self' 'unsafe-inline'",
  "img-src 'self' data:",
  "font-src 'self'",
  `connect-src 'self' ${sockets}`,
  "frame-ancestors 'none'",
  "base-uri 'none'",
  "form-action 'self'",
  "object-src 'none'",
].join('; ')
