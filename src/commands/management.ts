import { readConfiguration } from '../core/configuration'
import { printDocument } from './openapi'

export const help = `Usage: monozu management
       monozu management bootstrap --email ADDRESS [--name NAME]
       monozu management openapi

Serves the Management plane, API and console for platform staff, on HOST:MANAGEMENT_PORT (0.0.0.0:8080).
Needs DATABASE_URL (the role monozu_management), SECRET_KEY and ENCRYPTION_KEYS. Of every variable X, MANAGEMENT_X is read first.
bootstrap makes the first owner, with the password in BOOTSTRAP_PASSWORD or one that is made and printed; the second factor is set up at the first sign-in.
openapi prints the OpenAPI document of the Management API, generated from its routes.`

const valueOf = (words: string[], name: string) => (words.includes(name) ? words[words.indexOf(name) + 1] : undefined)

async function bootstrap(words: string[]): Promise<number> {
  const email = valueOf(words, '--email')
  if (!email?.includes('@')) {
    console.error(`monozu management bootstrap: --email is required\n\n${help}`)
    return 2
  }
  const { bootstrapOwner } = await import('../management/staff/service')
  const { database } = await import('../management/database')
  const { closeDatabase } = await import('../core/db')
  const given = Bun.env.BOOTSTRAP_PASSWORD
  const password = given ?? Buffer.from(crypto.getRandomValues(new Uint8Array(15))).toString('base64url')
  const { assertGoodPassword } = await import('../core/breached-passwords')
  await assertGoodPassword(password, email, '/password')
  try {
    const owner = await bootstrapOwner({ email, name: valueOf(words, '--name') ?? email.split('@')[0]!, password })
    console.log(owner ? `owner ${email}${given ? '' : `\npassword ${password}`}` : 'there is an owner already; nothing was changed')
    return owner ? 0 : 1
  } finally {
    await Promise.all([database.close(), closeDatabase()])
  }
}

export async function run(words: string[]): Promise<number | void> {
  if (words[0] === 'openapi') return printDocument(async () => (await import('../management/app')).managementApp)
  const { managementEnvironment } = await import('../management/environment')
  // What is loaded from here on, core included, reads this plane's own.
  const mine = managementEnvironment(Bun.env)
  for (const name of Object.keys(Bun.env)) if (!(name in mine)) delete Bun.env[name]
  Object.assign(Bun.env, mine)
  const configuration = readConfiguration(Bun.env, ['DATABASE_URL', 'SECRET_KEY', 'ENCRYPTION_KEYS'])
  if (words[0] === 'bootstrap') return bootstrap(words.slice(1))
  if (words.length) {
    console.error(`monozu management: ${JSON.stringify(words[0])} is not an option\n\n${help}`)
    return 2
  }
  const { traced } = await import('../core/telemetry')
  return traced('monozu-management', configuration, async () => (await import('../management/serve')).serveManagement())
}
