import { Elysia } from 'elysia'
import { version } from '../../package.json'
import { apiDocument } from '../core/api-document'
import { introduction } from '../core/api-introduction'
import { errors } from '../core/errors'
import { useQuickFormats } from '../core/formats'
import { health } from '../core/health'
import { requests } from '../core/requests'
import { staticFiles } from '../core/static'
import { accountRoutes } from './account/routes'
import { auditRoutes } from './audit-log/routes'
import { cloudPassRoutes } from './cloud-passes/routes'
import { deliveryRoutes, internalRoutes } from './deliveries/routes'
import { fleetRoutes } from './fleet/routes'
import { guard, recognizeStaff, refusedByGuard } from './guard'
import { licenceRoutes } from './licences/routes'
import { offboardingRoutes } from './offboarding/routes'
import { signInRoutes } from './sign-in/routes'
import { loadStaff } from './sign-in/sessions'
import { ssoRoutes } from './sso/routes'
import { staffRoutes } from './staff/routes'
import { supportRoutes } from './support/routes'
import { tenantRoutes } from './tenants/routes'

useQuickFormats()
recognizeStaff(loadStaff)

const api = new Elysia({ prefix: '/api/v1' })
  .use(signInRoutes)
  .use(ssoRoutes)
  .use(accountRoutes)
  .use(staffRoutes)
  .use(tenantRoutes)
  .use(offboardingRoutes)
  .use(supportRoutes)
  .use(licenceRoutes)
  .use(fleetRoutes)
  .use(deliveryRoutes)
  .use(cloudPassRoutes)
  .use(auditRoutes)

const about = {
  info: {
    title: 'Monozu Cloud, Management plane',
    version,
    description: `Tenants, licences and the staff of the platform.\n${introduction}`,
  },
  securitySchemes: {
    bearer: { type: 'http', scheme: 'bearer', bearerFormat: 'JWT' },
    internal: { type: 'apiKey', in: 'header', name: 'X-Internal-Token' },
  },
}

/** The Management API: a program of its own, for platform staff alone. */
export const managementApp = new Elysia({
  encodeSchema: false,
  handler: { standardHostname: false },
  // A larger body than `requests` takes gets our own answer.
  serve: { maxRequestBodySize: Number.MAX_SAFE_INTEGER },
})
  .use(requests)
  .use(errors)
  .use(guard)
  .use(apiDocument(about, refusedByGuard))
  .use(health)
  .use(api)
  .use(internalRoutes)
  .use(staticFiles('management.html'))

export type ManagementApp = typeof managementApp
