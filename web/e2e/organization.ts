import { beforeAll } from 'bun:test'
import type { Browser } from 'playwright-core'
import { sharedBrowser } from './browser'
import { type Platform, freshOrganization } from './platform'

/** For the tests of a file: the browser of the run, and an organization that nobody else has seen on its platform. */
export function inOrganization(take: (made: { browser: Browser; platform: Platform }) => void | Promise<void>, ms = 120_000) {
  beforeAll(async () => {
    const [browser, platform] = await Promise.all([sharedBrowser(), freshOrganization()])
    await take({ browser, platform })
  }, ms)
}
