import { account } from './account'
import { archive } from './archive'
import { alerts } from './alerts'
import { apiReference } from './api-reference'
import { auditActions } from './audit-actions'
import { common } from './common'
import { devices } from './devices'
import { explorer } from './explorer'
import { map } from './map'
import { settings } from './settings'
import { shell } from './shell'
import { support } from './support'
import { sso } from './sso'

export const it = {
  ...common,
  ...shell,
  ...devices,
  ...explorer,
  ...map,
  ...apiReference,
  ...alerts,
  ...settings,
  ...account,
  ...sso,
  ...archive,
  ...auditActions,
  ...support,
}
