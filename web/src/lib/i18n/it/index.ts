import { account } from './account'
import { alerts } from './alerts'
import { common } from './common'
import { devices } from './devices'
import { settings } from './settings'
import { shell } from './shell'
import { sso } from './sso'

export const it = { ...common, ...shell, ...devices, ...alerts, ...settings, ...account, ...sso }
