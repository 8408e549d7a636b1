import type { Device } from './queries'

/** What a person edits of a device, as the form holds it. */
export type DeviceFields = { name: string; type: string; location: string; org_unit_id: string; site_id: string }

export function fieldsOf(device: Device): DeviceFields {
  return {
    name: device.name,
    type: device.type,
    location: device.location ?? '',
    org_unit_id: device.org_unit_id ?? '',
    site_id: device.site_id ?? '',
  }
}
