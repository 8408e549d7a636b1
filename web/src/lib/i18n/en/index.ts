import { account } from './account'
import { alerts } from './alerts'
import { apiReference } from './api-reference'
import { common } from './common'
import { devices } from './devices'
import { explorer } from './explorer'
import { map } from './map'
import { settings } from './settings'
import { shell } from './shell'
import { sso } from './sso'

export const en = {
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
} as const
