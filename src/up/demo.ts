import { join } from 'node:path'
import { closeDatabase, takeTime } from '../core/db'
import { limits } from '../core/limits'
import { everyPermission } from '../core/permissions'
import { type Actor, type Scope, inTenant } from '../core/scope'
import { createProvisioningKey } from '../edge/provisioning/service'
import { type SiteInput, createSite } from '../edge/sites/service'
import { createGroup } from '../identity/groups/service'
import { keepDemoLicence } from '../identity/licences/service'
import { createOrgUnit } from '../identity/org-units/service'
import { createTenant } from '../identity/tenants/service'
import { createUser } from '../identity/users/service'
import { readJson, writeSecretJson } from './data-folder'
import { makeManagementDemo } from './management-demo'

interface SignIn {
  email: string
  password: string
  tenant_id: string
  provisioning_key: string
}
export interface Demo extends SignIn {
  technician: { email: string; password: string }
  other: SignIn
  /** Of the Management plane; the second factor is set up at the first sign-in. */
  staff: { email: string; password: string }
}

const founder = (tenant_id: string): Actor => ({
  kind: 'job',
  id: tenant_id,
  tenant_id,
  units: 'all',
  permissions: new Set(everyPermission),
})

type Place = Omit<SiteInput, 'org_unit_id'> & { of: string }
const time_zone = 'Europe/Rome'

/** A tenant with an administrator, its tree of customers and their sites; the key registers appliances into the first of these. */
async function addTenant(
  scope: Scope,
  name: string,
  email: string,
  password: string,
  tree: Record<string, string[]>,
  [first, ...others]: [Place, ...Place[]],
) {
  const { admin_group_id } = await createTenant(scope, name)
  await keepDemoLicence(scope)
  await createUser(scope, { email, name: 'Administrator', group_ids: [admin_group_id], org_unit_scope: 'all' }, password)
  const ids = new Map<string, string>()
  for (const [customer, departments] of Object.entries(tree)) {
    const { id } = await createOrgUnit(scope, { name: customer })
    ids.set(customer, id)
    for (const department of departments) ids.set(department, (await createOrgUnit(scope, { name: department, parent_id: id })).id)
  }
  const addSite = ({ of, ...site }: Place) => createSite(scope, { ...site, org_unit_id: ids.get(of)! })
  const { id: site_id, org_unit_id } = await addSite(first)
  for (const place of others) await addSite(place)
  const key = await createProvisioningKey(scope, { label: 'This installation', org_unit_id, site_id })
  return { ids, sign_in: { email, password, tenant_id: scope.actor.tenant_id, provisioning_key: key.provisioning_key } }
}

async function addTechnician(scope: Scope, org_unit_id: string, password: string) {
  const permissions = everyPermission.filter((name) => !name.startsWith('settings.') && !name.startsWith('audit.'))
  const group = await createGroup(scope, { name: 'Technicians', description: 'Work on devices and alerts', permissions })
  const email = 'technician@demo.example'
  await createUser(scope, { email, name: 'Technician', group_ids: [group.id], org_unit_scope: [{ org_unit_id, subtree: true }] }, password)
  return { email, password }
}

/** Demo content through the product's own services, with its rules and its audit: made once, and told in `demo.json`. */
export async function makeDemo(folder: string, password: string): Promise<Demo> {
  const path = join(folder, 'demo.json')
  const kept = readJson<Demo>(path)
  if (kept?.staff) return kept
  // Nobody waits for an answer here, and a first start may be on a slow host.
  takeTime(limits.jobMs)
  try {
    if (kept) {
      const whole = { ...kept, staff: await makeManagementDemo([kept.tenant_id, kept.other.tenant_id], password) }
      writeSecretJson(path, whole)
      return whole
    }
    const mine = await inTenant(founder(Bun.randomUUIDv7()), 'read write', async (scope) => {
      const tree = { 'Acme Manufacturing': ['Plant Turin', 'Office Milan'], 'Globex Energy': ['Substation 7'] }
      const sites: [Place, ...Place[]] = [
        { of: 'Plant Turin', name: 'Press shop', address: 'Corso Traiano, Turin', latitude: 45.0262, longitude: 7.6431, time_zone },
        {
          of: 'Plant Turin',
          name: 'Distribution centre',
          address: 'Via Torino, Orbassano',
          latitude: 45.0086,
          longitude: 7.5398,
          time_zone,
        },
        { of: 'Office Milan', name: 'Head office', address: 'Via Dante, Milan', latitude: 45.4668, longitude: 9.1855, time_zone },
        { of: 'Substation 7', name: 'Switchyard', address: 'Via Aurelia, Genoa', latitude: 44.4115, longitude: 8.8702, time_zone },
      ]
      const made = await addTenant(scope, 'Demo MSP', 'admin@demo.example', password, tree, sites)
      return { ...made.sign_in, technician: await addTechnician(scope, made.ids.get('Globex Energy')!, password) }
    })
    const other = await inTenant(founder(Bun.randomUUIDv7()), 'read write', async (scope) => {
      const made = await addTenant(scope, 'Other MSP', 'admin@other.example', password, { Initech: ['Warehouse'] }, [
        { of: 'Warehouse', name: 'Loading dock', address: 'Via Emilia, Bologna', latitude: 44.5075, longitude: 11.3121, time_zone },
      ])
      return made.sign_in
    })
    const demo = { ...mine, other, staff: await makeManagementDemo([mine.tenant_id, other.tenant_id], password) }
    writeSecretJson(path, demo)
    return demo
  } finally {
    await closeDatabase()
  }
}
