export const tenantStates = ['pending', 'active', 'grace', 'suspended', 'offboarding', 'deleted'] as const
export type TenantState = (typeof tenantStates)[number]

/** What happens to a tenant: the first five by staff, the others by the passing of time (`expire`, `lapse`) and the end of the work (`erase`). */
export const tenantEvents = ['activate', 'suspend', 'resume', 'offboard', 'keep', 'expire', 'lapse', 'erase'] as const
export type TenantEvent = (typeof tenantEvents)[number]

/** (state, event) -> state; what is not here is refused. */
const transitions: Record<TenantEvent, Partial<Record<TenantState, TenantState>>> = {
  /** It has a licence that holds. */
  activate: { pending: 'active', grace: 'active' },
  suspend: { active: 'suspended', grace: 'suspended' },
  resume: { suspended: 'active' },
  offboard: { pending: 'offboarding', active: 'offboarding', grace: 'offboarding', suspended: 'offboarding' },
  /** Offboarding is called off: it stays suspended until it is resumed. */
  keep: { offboarding: 'suspended' },
  /** Its licence has run out; it works on for a while. */
  expire: { active: 'grace' },
  /** That while is over. */
  lapse: { grace: 'suspended' },
  erase: { offboarding: 'deleted' },
}

/** Undefined where the event is refused. */
export const after = (state: TenantState, event: TenantEvent): TenantState | undefined => transitions[event][state]

export const eventsIn = (state: TenantState): TenantEvent[] => tenantEvents.filter((event) => after(state, event))
