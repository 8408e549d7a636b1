import { config } from './config'

/** What this deployment has switched on (FEATURE_*). */
export const features = {
  security: config.FEATURE_SECURITY,
  vpn: config.FEATURE_VPN,
  backup: config.FEATURE_BACKUP,
  cmdb: config.FEATURE_CMDB,
  itsm: config.FEATURE_ITSM,
  iot: config.FEATURE_IOT,
}
