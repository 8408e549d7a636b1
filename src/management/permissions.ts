/** What platform staff may do, by the role from which on they may. */
export const staffPermissions = {
  'tenants.read': 'support',
  'tenants.create': 'operator',
  'tenants.update': 'operator',
  'tenants.offboard': 'owner',
  'tenants.delete': 'owner',
  'support.read': 'support',
  'support.ask': 'support',
  'plans.read': 'support',
  'plans.update': 'owner',
  'licences.give': 'operator',
  'deliveries.read': 'support',
  'deliveries.redeliver': 'operator',
  'cloud.operate': 'operator',
  'staff.read': 'operator',
  'staff.invite': 'owner',
  'staff.update': 'owner',
  'audit.read': 'operator',
} as const

export const roles = ['support', 'operator', 'owner'] as const
export type Role = (typeof roles)[number]
export type StaffPermission = keyof typeof staffPermissions

/** Each role may what those before it may. */
export const permissionsOf = (role: Role): StaffPermission[] =>
  (Object.keys(staffPermissions) as StaffPermission[]).filter((name) => roles.indexOf(staffPermissions[name]) <= roles.indexOf(role))
