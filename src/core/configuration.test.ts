import { afterAll, afterEach, describe, expect, test } from 'bun:test'
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { startCommand } from '../testing/process'
import { readConfiguration } from './configuration'
import { ConfigurationProblem } from './configuration-problem'

const folder = mkdtempSync(join(tmpdir(), 'monozu-configuration-'))
const strong = 'kT9-vQ2_mB7.xR4+wZ8=yN6/cF3!hJ5~'
const ring = (...kids: string[]) => kids.map((kid) => `${kid}:${Buffer.alloc(32, kid).toString('base64')}`).join()
const environment = Bun.env.NODE_ENV

afterEach(() => void (Bun.env.NODE_ENV = environment))
afterAll(() => rmSync(folder, { recursive: true }))

function problemsOf(env: Record<string, string>, required: Parameters<typeof readConfiguration>[1] = []): string[] {
  try {
    readConfiguration(env, required)
    return []
  } catch (error) {
    expect(error).toBeInstanceOf(ConfigurationProblem)
    return (error as ConfigurationProblem).problems
  }
}
const namesOf = (problems: string[]) => problems.map((problem) => problem.split(' ')[0]!.split('=')[0]!)
const file = (name: string, text: string) => {
  const path = join(folder, name)
  writeFileSync(path, text)
  return path
}

describe('the configuration', () => {
  test('takes what Azure shows as a connection string, and how traces are sampled', () => {
    const key = '11111111-2222-4333-8444-555555555555'
    const endpoint = 'https://westeurope-5.in.applicationinsights.azure.com'
    const read = (text: string) => readConfiguration({ APPLICATIONINSIGHTS_CONNECTION_STRING: text }).APPLICATIONINSIGHTS_CONNECTION_STRING
    const whole = `InstrumentationKey=${key};IngestionEndpoint=${endpoint}/;LiveEndpoint=https://x.example/;ApplicationId=${key}`
    expect(read(whole)).toEqual({ instrumentationKey: key, ingestionEndpoint: endpoint })
    expect(read(`instrumentationkey=${key}`)!.ingestionEndpoint).toBe('https://dc.services.visualstudio.com')
    const bad = [
      'IngestionEndpoint=https://x.example',
      'InstrumentationKey=x',
      `InstrumentationKey=${key};IngestionEndpoint=http://x.example`,
    ]
    for (const text of bad)
      expect(namesOf(problemsOf({ APPLICATIONINSIGHTS_CONNECTION_STRING: text }))).toEqual(['APPLICATIONINSIGHTS_CONNECTION_STRING'])
    expect(readConfiguration({ OTEL_TRACES_SAMPLER_ARG: '0.25' }).OTEL_TRACES_SAMPLER_ARG).toBe(0.25)
    const wrong = { OTEL_TRACES_SAMPLER_ARG: '1.5', OTEL_TRACES_SAMPLER: 'some', OTEL_TRACES_EXPORTER: 'zipkin' }
    expect(namesOf(problemsOf(wrong)).toSorted()).toEqual(Object.keys(wrong).toSorted())
  })

  test('has a default for everything that no command requires', () => {
    const configuration = readConfiguration({})
    expect(configuration).toMatchObject({
      ACCESS_TOKEN_EXPIRE_MINUTES: 60,
      REFRESH_TOKEN_EXPIRE_DAYS: 7,
      AUTH_POLICY: 'standard',
      REFRESH_COOKIE_SAMESITE: 'strict',
      API_PORT: 8000,
      INGESTOR_PORT: 8090,
      HTTP_READ_BUFFER_BYTES: 65_536,
      TRUST_PROXY_HOPS: 0,
      FEATURE_VPN: true,
      APP_BASE_URL: 'http://localhost:8000',
    })
  })

  test('reads what is given', () => {
    const given = {
      FEATURE_VPN: 'off',
      FEATURE_IOT: 'TRUE',
      ALLOW_ORIGINS: 'https://a.example/, https://B.example:443 ,http://localhost:5173',
      AUTH_ALLOWED_EMAIL_DOMAINS: ' a.example,b.example, ',
      API_PUBLIC_URL: 'https://api.example/',
      ENCRYPTION_KEYS: ring('new', 'old'),
    }
    const configuration = readConfiguration(given)
    expect(configuration).toMatchObject({
      FEATURE_VPN: false,
      FEATURE_IOT: true,
      ALLOW_ORIGINS: ['https://a.example', 'https://b.example', 'http://localhost:5173'],
      AUTH_ALLOWED_EMAIL_DOMAINS: ['a.example', 'b.example'],
      API_PUBLIC_URL: 'https://api.example',
      APP_BASE_URL: 'https://api.example',
    })
    expect(configuration.ENCRYPTION_KEYS.map(({ kid, key }) => [kid, key.length])).toEqual([
      ['new', 32],
      ['old', 32],
    ])
  })

  test('tells all that is wrong at once, by name and never by value', () => {
    const wrong = {
      DATABASE_URL: 'mysql://canary',
      SECRET_KEY: 'canary',
      ENCRYPTION_KEYS: 'canary:canary',
      ACCESS_TOKEN_EXPIRE_MINUTES: 'canary',
      REFRESH_TOKEN_EXPIRE_DAYS: '0',
      AUTH_POLICY: 'canary',
      REFRESH_COOKIE_SAMESITE: 'canary',
      ALLOW_ORIGINS: '*',
      API_PUBLIC_URL: 'canary',
      API_PORT: '65536',
      PORT: '-1',
      TRUST_PROXY_HOPS: '1.5',
      FEATURE_VPN: 'canary',
      HTTP_READ_BUFFER_BYTES: '1e5',
    }
    const problems = problemsOf(wrong)
    expect(namesOf(problems).sort()).toEqual(Object.keys(wrong).sort())
    expect(problems.join('\n')).not.toContain('canary')
  })

  test('names what a command requires and does not have, an empty one too', () => {
    expect(namesOf(problemsOf({ SECRET_KEY: '' }, ['DATABASE_URL', 'SECRET_KEY', 'ENCRYPTION_KEYS']))).toEqual([
      'DATABASE_URL',
      'SECRET_KEY',
      'ENCRYPTION_KEYS',
    ])
  })

  // ASVS 13.3.1
  test('takes any value from a file, as Docker and Kubernetes give secrets', () => {
    for (const [name, text] of Object.entries({ plain: strong, unix: `${strong}\n`, dos: `${strong}\r\n` })) {
      expect(readConfiguration({ SECRET_KEY_FILE: file(name, text) }).SECRET_KEY).toBe(strong)
    }
    expect(readConfiguration({ API_PORT_FILE: file('port', '9000\n') }).API_PORT).toBe(9000)
  })

  test('takes a value or a file, not both, and says when a file cannot be read', () => {
    expect(problemsOf({ SECRET_KEY: strong, SECRET_KEY_FILE: file('both', strong) })).toEqual([
      'SECRET_KEY and SECRET_KEY_FILE are both set',
    ])
    for (const path of [join(folder, 'canary'), folder])
      expect(problemsOf({ SECRET_KEY_FILE: path })).toEqual(['SECRET_KEY cannot be read from the file in SECRET_KEY_FILE'])
    expect(namesOf(problemsOf({ SECRET_KEY_FILE: file('empty', '\n') }, ['SECRET_KEY']))).toEqual(['SECRET_KEY'])
  })

  // ASVS 13.2.3
  test('refuses keys that are easy to guess, in production', () => {
    const weak = [
      'a'.repeat(40),
      'changeme'.repeat(5),
      'my-secret-key-which-is-long-enough-yes',
      'ababababababababababababababababab',
      'an example of a key that is long enough 1',
    ]
    for (const SECRET_KEY of weak) {
      Bun.env.NODE_ENV = 'development'
      expect(problemsOf({ SECRET_KEY })).toEqual([])
      Bun.env.NODE_ENV = 'production'
      expect(problemsOf({ SECRET_KEY })).toEqual(['SECRET_KEY is too easy to guess'])
      expect(namesOf(problemsOf({ SECRET_KEY: strong, SECRET_KEY_PREVIOUS: SECRET_KEY }))).toEqual(['SECRET_KEY_PREVIOUS'])
    }
    expect(problemsOf({ SECRET_KEY: strong })).toEqual([])
    Bun.env.NODE_ENV = 'test'
    expect(problemsOf({ SECRET_KEY: 'x'.repeat(31) })).toEqual(['SECRET_KEY must have at least 32 characters'])
  })

  test('refuses what contradicts itself', () => {
    expect(namesOf(problemsOf({ REFRESH_COOKIE_SAMESITE: 'none' }))).toEqual(['REFRESH_COOKIE_SAMESITE'])
    expect(problemsOf({ REFRESH_COOKIE_SAMESITE: 'none', API_PUBLIC_URL: 'https://api.example' })).toEqual([])
    expect(namesOf(problemsOf({ AUTH_POLICY: 'restricted' }))).toEqual(['AUTH_ALLOWED_EMAIL_DOMAINS'])
    expect(problemsOf({ AUTH_POLICY: 'restricted', AUTH_ALLOWED_EMAIL_DOMAINS: 'a.example' })).toEqual([])
  })

  test('refuses a key ring that is empty, malformed, or names two keys alike', () => {
    const short = Buffer.alloc(31, 1).toString('base64')
    for (const ENCRYPTION_KEYS of [
      ',',
      'x',
      `a:${short}`,
      `:${Buffer.alloc(32).toString('base64')}`,
      `a b:${Buffer.alloc(32).toString('base64')}`,
      ring('a', 'b', 'a'),
    ]) {
      expect([ENCRYPTION_KEYS, namesOf(problemsOf({ ENCRYPTION_KEYS }))]).toEqual([ENCRYPTION_KEYS, ['ENCRYPTION_KEYS']])
    }
  })
})

describe('a command', () => {
  const run = async (words: string[], env: Record<string, string>) => {
    const command = startCommand(words, env)
    const code = await command.child.exited
    await command.stop()
    return { code, output: command.output() }
  }

  test('that is configured wrongly tells every problem and ends with 2', async () => {
    const wrong = { SECRET_KEY: 'canary', API_PORT: 'canary', NODE_ENV: 'production' }
    const results = await Promise.all(['api', 'worker', 'ingestor', 'migrate', 'doctor'].map((command) => run([command], wrong)))
    for (const { code, output } of results) {
      expect([code, output]).toEqual([2, expect.stringContaining('SECRET_KEY must have at least 32 characters')])
      for (const name of ['API_PORT', 'DATABASE_URL']) expect(output).toContain(name)
      expect(output).not.toContain('canary')
    }
  })

  test('that does not exist ends with 2 and names those that do', async () => {
    const { code, output } = await run(['nonsense'], {})
    expect([code, output]).toEqual([2, expect.stringContaining('monozu <command>')])
  })

  // ASVS 13.2.2
  test('does not serve as a role above row-level security', async () => {
    const { code, output } = await run(['api'], {
      DATABASE_URL: Bun.env.DATABASE_OWNER_URL!,
      SECRET_KEY: strong,
      ENCRYPTION_KEYS: ring('a'),
    })
    expect([code, output]).toEqual([1, expect.stringContaining('is above row-level security')])
  })
})
