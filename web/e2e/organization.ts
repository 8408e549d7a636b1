import { afterAll, beforeAll } from 'bun:test'
import type { Browser } from 'playwright-core'
import { launch } from './browser'
import { type Platform, freshOrganization } from './platform'

/** For the tests of a file: a browser, and an organization that nobody else has seen on the platform of the run. */
export function inOrganization(take: (made: { browser: Browser; platform: Platform }) => void | Promise<void>, ms = 120_000) {
  let browser: Browser | undefined
  beforeAll(async () => {
    const [launched, platform] = await Promise.all([launch(), freshOrganization()])
    browser = launched
    await take({ browser, platform })
  }, ms)
  afterAll(() => browser?.close(), 30_000)
}
