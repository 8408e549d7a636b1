import { queryOptions, useMutation, useQuery } from '@tanstack/react-query'
import { useMemo } from 'react'
import { answer, api, type ItemOf } from '@/lib/api'
import { useCan } from '@/lib/me'
import type { Option } from '@/ui/select'

export type OrgUnit = ItemOf<ReturnType<typeof listCall>>
export type OrgUnitNode = OrgUnit & { depth: number; children: OrgUnitNode[] }
export type OrgUnitChange = Parameters<ReturnType<(typeof api)['org-units']>['patch']>[0]

const listCall = () => api['org-units'].get

export const orgUnitsQuery = queryOptions({ queryKey: ['org-units'], queryFn: () => answer(api['org-units'].get()), staleTime: 60_000 })

/** The units as a forest, each level in the order in which they came. A unit whose parent is out of sight is a root. */
export function toTree(units: readonly OrgUnit[]): OrgUnitNode[] {
  const known = new Set(units.map((unit) => unit.id))
  const byParent = Map.groupBy(units, (unit) => (unit.parent_id !== null && known.has(unit.parent_id) ? unit.parent_id : null))
  const level = (parentId: string | null, depth: number): OrgUnitNode[] =>
    (byParent.get(parentId) ?? []).map((unit) => ({ ...unit, depth, children: level(unit.id, depth + 1) }))
  return level(null, 0)
}

export function flatten(nodes: readonly OrgUnitNode[]): OrgUnitNode[] {
  return nodes.flatMap((node) => [node, ...flatten(node.children)])
}

/** Org units as options of a filter or a form, with what stands for an id in a list. */
export function useOrgUnits(): { options: Option[]; nameOf: (id: string | null) => string | null } {
  const can = useCan()
  const { data } = useQuery({ ...orgUnitsQuery, enabled: can('org_units.read') })
  return useMemo(() => {
    const nodes = flatten(toTree(data?.items ?? []))
    const names = new Map(nodes.map((node) => [node.id, node.name]))
    return {
      options: nodes.map((node) => ({ value: node.id, label: node.name, depth: node.depth })),
      nameOf: (id) => (id === null ? null : (names.get(id) ?? null)),
    }
  }, [data])
}

const meta = { invalidates: ['org-units'], handlesError: true }

export function useCreateOrgUnit() {
  return useMutation({ meta, mutationFn: (unit: { name: string; parent_id?: string }) => answer(api['org-units'].post(unit)) })
}

export function useUpdateOrgUnit() {
  return useMutation({
    meta,
    mutationFn: ({ id, change }: { id: string; change: OrgUnitChange }) => answer(api['org-units']({ id }).patch(change)),
  })
}

export function useDeleteOrgUnit() {
  return useMutation({ meta, mutationFn: (id: string) => answer(api['org-units']({ id }).delete()) })
}
