import { config } from './config'

export const featureNames = ['security', 'vpn', 'backup', 'cmdb', 'itsm', 'iot', 'oidc'] as const
export type Feature = (typeof featureNames)[number]
export type Features = Record<Feature, boolean>

const flagOf = new Map(featureNames.map((name) => [name, `FEATURE_${name.toUpperCase() as Uppercase<Feature>}`] as const))

/** What this deployment has switched on (FEATURE_*) and a licence includes; without a licence it narrows nothing. */
export const isOn = (feature: Feature, included: readonly string[] | null | undefined) =>
  config[flagOf.get(feature)!] && (included?.includes(feature) ?? true)

export const featuresWith = (included: readonly string[] | undefined) =>
  Object.fromEntries(featureNames.map((name) => [name, isOn(name, included)])) as Features
