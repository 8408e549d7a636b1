import { Elysia } from 'elysia'
import { ingestPaths } from '../ingestor/document'
import { version } from '../package.json'
import { apiDocument } from './core/api-document'
import { introduction } from './core/api-introduction'
import { recognizeApiTokens, recognizeDevices, recognizeSessions } from './core/authenticate'
import { config } from './core/config'
import { errors } from './core/errors'
import { recognizeLicences } from './core/features'
import { useQuickFormats } from './core/formats'
import { guard, refusedByGuard } from './core/guard'
import { health } from './core/health'
import { limits } from './core/limits'
import { requests } from './core/requests'
import { sockets } from './core/sockets'
import { staticFiles } from './core/static'
import { commandRoutes } from './edge/commands/routes'
import { deviceRoutes } from './edge/devices/routes'
import { deviceKeyRoutes } from './edge/device-keys/routes'
import { loadDevice } from './edge/device-keys/service'
import { discoveryRoutes } from './edge/discoveries/routes'
import { eventRoutes } from './edge/events/routes'
import { provisioningRoutes } from './edge/provisioning/routes'
import { recordRoutes } from './edge/records/routes'
import { retentionRoutes } from './edge/retention/routes'
import { volumeRoutes } from './edge/volume/routes'
import { siteRoutes } from './edge/sites/routes'
import { telemetryRoutes } from './edge/telemetry/routes'
import { accountRoutes } from './identity/account/routes'
import { adminRoutes } from './identity/admin/routes'
import { apiTokenRoutes } from './identity/api-tokens/routes'
import { loadApiToken } from './identity/api-tokens/service'
import { auditRoutes } from './identity/audit-log/routes'
import { authRoutes } from './identity/auth/routes'
import { loadSession } from './identity/auth/sessions'
import { groupRoutes } from './identity/groups/routes'
import { identityRoutes } from './identity/identities/routes'
import { invitationRoutes } from './identity/invitations/routes'
import { internalRoutes, licenceRoutes } from './identity/licences/routes'
import { loadLicensed } from './identity/licences/service'
import { mailRoutes } from './identity/mail/routes'
import { mfaRoutes } from './identity/mfa/routes'
import { archiveRoutes } from './identity/offboarding/routes'
import { orgUnitRoutes } from './identity/org-units/routes'
import { onboardingRoutes } from './console/onboarding/routes'
import { preferenceRoutes } from './console/preferences/routes'
import { searchRoutes } from './console/search/routes'
import { savedViewRoutes } from './console/saved-views/routes'
import { securitySettingsRoutes } from './identity/security-settings/routes'
import { serviceAccountRoutes } from './identity/service-accounts/routes'
import { recoveryRoutes } from './identity/recovery/routes'
import { registrationRoutes } from './identity/registration/routes'
import { domainRoutes } from './identity/domains/routes'
import { ssoRoutes } from './identity/sso/routes'
import { ssoSettingsRoutes } from './identity/sso-settings/routes'
import { supportInternalRoutes, supportRoutes } from './identity/support/routes'
import { tenantRoutes } from './identity/tenants/routes'
import { userRoutes } from './identity/users/routes'
import { alertRoutes } from './soc/alerts/routes'

useQuickFormats()
recognizeSessions(loadSession)
recognizeDevices(loadDevice)
recognizeApiTokens(loadApiToken)
recognizeLicences(loadLicensed)

const api = new Elysia({ prefix: '/api/v1' })
  .use(authRoutes)
  .use(accountRoutes)
  .use(new Elysia().use(identityRoutes).use(ssoRoutes).use(ssoSettingsRoutes).use(domainRoutes))
  .use(new Elysia().use(mfaRoutes).use(recoveryRoutes).use(registrationRoutes).use(mailRoutes).use(invitationRoutes))
  .use(new Elysia().use(savedViewRoutes).use(searchRoutes).use(preferenceRoutes).use(onboardingRoutes))
  .use(new Elysia().use(tenantRoutes).use(archiveRoutes).use(supportRoutes))
  .use(licenceRoutes)
  .use(adminRoutes)
  .use(securitySettingsRoutes)
  .use(userRoutes)
  .use(groupRoutes)
  .use(new Elysia().use(orgUnitRoutes).use(siteRoutes))
  .use(serviceAccountRoutes)
  .use(apiTokenRoutes)
  .use(auditRoutes)
  .use(provisioningRoutes)
  .use(deviceRoutes)
  .use(deviceKeyRoutes)
  .use(commandRoutes)
  .use(new Elysia().use(discoveryRoutes).use(eventRoutes))
  .use(telemetryRoutes)
  .use(retentionRoutes)
  .use(recordRoutes)
  .use(alertRoutes)

const about = {
  info: { title: 'Monozu Cloud', version, description: `One platform to run the IT and OT of many customers.\n${introduction}` },
  securitySchemes: {
    bearer: { type: 'http', scheme: 'bearer', bearerFormat: 'JWT' },
    api_token: {
      type: 'http',
      scheme: 'bearer',
      description: 'An API token (`mzt_...`) of a user or of a service account, within its scopes',
    },
    device: { type: 'apiKey', in: 'header', name: 'X-Device-Key' },
    internal: { type: 'apiKey', in: 'header', name: 'X-Internal-Token' },
    staff: {
      type: 'http',
      scheme: 'bearer',
      description: 'A pass of the Management plane (`POST /api/v1/cloud-passes` there), for staff',
    },
    webhook: {
      type: 'apiKey',
      in: 'header',
      name: 'webhook-signature',
      description: 'Standard Webhooks, with webhook-id and webhook-timestamp',
    },
    provisioning: { type: 'apiKey', in: 'header', name: 'X-Provisioning-Key' },
  },
  elsewhere: ingestPaths,
}

/**
 * The Cloud API. What it answers is checked, not walked through once more to write its times: JSON does that. A short Host header shifts path
 * matching unless `standardHostname` is off.
 */
export const app = new Elysia({
  encodeSchema: false,
  handler: { standardHostname: false },
  // A larger body than `requests` takes gets our own answer.
  serve: { maxRequestBodySize: Number.MAX_SAFE_INTEGER, idleTimeout: limits.commandWaitSeconds + 10 },
  websocket: {
    maxPayloadLength: limits.socketInboundBytes,
    backpressureLimit: limits.socketBacklogBytes,
    closeOnBackpressureLimit: true,
    perMessageDeflate: false,
    sendPings: true,
    idleTimeout: 60,
  },
})
  .use(requests)
  .use(errors)
  .use(guard)
  .use(apiDocument(about, refusedByGuard))
  .use(health)
  .use(api)
  .use(internalRoutes)
  .use(volumeRoutes)
  .use(supportInternalRoutes)
  .use(sockets)
  .use(staticFiles('index.html'))

export type App = typeof app
export const apiPort = config.PORT || config.API_PORT
