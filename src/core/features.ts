import type { Known } from './authenticate'
import { Problem } from './errors'
import { type Feature, type Features, featuresWith, isOn } from './feature-flags'
import type { Permission } from './permissions'
import { remembered } from './remembered'

type Area = Permission extends infer Name ? (Name extends `${infer First}.${string}` ? First : never) : never

/** The part of the product that each area of the catalogue belongs to; null for what is always there. */
const areas: Record<Area, Feature | null> = {
  devices: null,
  commands: null,
  discoveries: null,
  rejected_records: null,
  telemetry: null,
  alerts: 'security',
  org_units: null,
  sites: null,
  vpn: 'vpn',
  settings: null,
  api_tokens: null,
  audit: null,
  views: null,
}

export const featureOf = (permission: Permission) => areas[permission.split('.', 1)[0] as Area]

interface Key {
  tenant_id: string
}
let load: (key: Key) => Promise<readonly string[] | undefined> = async () => undefined
/** How a context says what a tenant's licence includes; undefined for no licence, which narrows nothing. */
export const recognizeLicences = (loader: typeof load) => void (load = loader)

const licensed = remembered(
  'licences',
  ({ tenant_id }: Key) => tenant_id,
  (key) => load(key),
)

/** What this deployment has switched on (FEATURE_*) and the tenant's licence includes. */
export const featuresOf = async (tenant_id: string): Promise<Features> => featuresWith(await licensed.find({ tenant_id }))

/** Somebody without what belongs to features that are off: what he hears of. */
export async function withinFeatures(known: Known): Promise<Known> {
  const features = await featuresOf(known.actor.tenant_id)
  const isThere = (permission: Permission) => {
    const feature = featureOf(permission)
    return !feature || features[feature]
  }
  return { ...known, actor: { ...known.actor, permissions: new Set([...known.actor.permissions].filter(isThere)) } }
}

/** 404 for a feature that is off: there is no such thing here. Waits only where the licence is not remembered. */
export function assertFeature(tenant_id: string, feature: Feature): void | Promise<void> {
  const assertOn = (included: readonly string[] | undefined) => {
    if (!isOn(feature, included))
      throw new Problem(404, 'feature_disabled', `The feature ${feature} is not switched on for this organization`)
  }
  const entry = licensed.recall(tenant_id)
  return entry ? assertOn(entry.found) : licensed.find({ tenant_id }).then(assertOn)
}
