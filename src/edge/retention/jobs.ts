import { expireOfTenant } from './service'

export const retentionJobs = { 'telemetry.expire': expireOfTenant }
