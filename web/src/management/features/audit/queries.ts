import { answer, type ItemOf } from '@/lib/answers'
import { listOptions } from '@/lib/list'
import { api } from '../../lib/api'

export type AuditEntry = ItemOf<typeof api.audit.get>
/** Of the tenant that it is about, where there is one; its id where it has no name any more. */
export const tenantName = ({ tenant_id, tenant_name }: AuditEntry) => tenant_name ?? tenant_id ?? ''

export type AuditFilters = { tenant_id?: string; actor_id?: string }

export const auditList = (filters: AuditFilters, limit = 100) =>
  listOptions(['audit', 'list', filters, limit], (cursor) => answer(api.audit.get({ query: { ...filters, limit, cursor } })))
