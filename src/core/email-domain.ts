import { domainToASCII } from 'node:url'

const label = /^(?!-)[a-z0-9-]{1,63}(?<!-)$/

/** A domain name in lower-case ASCII (IDNA); undefined for what is none, or has one label alone. */
export function asDomain(text: string): string | undefined {
  if (!text || /[\s/?#@:\\[\]%]/.test(text)) return undefined
  const ascii = domainToASCII(text).toLowerCase()
  const labels = ascii.split('.')
  if (ascii.length > 253 || labels.length < 2 || !labels.every((part) => label.test(part)) || /^\d+$/.test(labels.at(-1)!)) return undefined
  return ascii
}

/** The domain of an e-mail address with exactly one `@`, in lower-case ASCII. */
export function domainOf(email: string): string | undefined {
  const parts = email.split('@')
  return parts.length === 2 && parts[0] ? asDomain(parts[1]!) : undefined
}
