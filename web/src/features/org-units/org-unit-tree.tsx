import { ChevronRight, EllipsisVertical } from 'lucide-react'
import { type KeyboardEvent, useRef, useState } from 'react'
import { useTranslation } from 'react-i18next'
import { Link } from 'react-router'
import { classNames } from '@/lib/class-names'
import { formatNumber } from '@/lib/format'
import { useCan } from '@/lib/me'
import { Button } from '@/ui/button'
import { Menu, MenuContent, MenuItem, MenuSeparator, MenuTrigger } from '@/ui/menu'
import type { OrgUnitTask } from './org-unit-dialogs'
import type { OrgUnitNode } from './queries'

type Row = OrgUnitNode & { open: boolean }

function openRows(nodes: readonly OrgUnitNode[], closed: ReadonlySet<string>): Row[] {
  return nodes.flatMap((node) => {
    const open = !closed.has(node.id)
    return [{ ...node, open }, ...(open ? openRows(node.children, closed) : [])]
  })
}

/** A tree table: arrows walk it, right and left open and close, as the ARIA tree grid pattern has it. */
export function OrgUnitTree({ nodes, onTask }: { nodes: readonly OrgUnitNode[]; onTask: (task: OrgUnitTask) => void }) {
  const { t } = useTranslation()
  const [closed, setClosed] = useState<ReadonlySet<string>>(new Set())
  const [activeId, setActiveId] = useState<string | null>(null)
  const body = useRef<HTMLTableSectionElement>(null)
  const rows = openRows(nodes, closed)
  const setOpen = (id: string, open: boolean) => {
    const next = new Set(closed)
    if (open) next.delete(id)
    else next.add(id)
    setClosed(next)
  }
  const onKeyDown = (event: KeyboardEvent, row: Row, index: number) => {
    if (event.target !== event.currentTarget) return
    const focus = (id: string | null | undefined) =>
      id && body.current?.querySelector<HTMLElement>(`[data-unit-id="${CSS.escape(id)}"]`)?.focus()
    if (event.key === 'ArrowDown' || event.key === 'j') focus(rows[index + 1]?.id)
    else if (event.key === 'ArrowUp' || event.key === 'k') focus(rows[index - 1]?.id)
    else if (event.key === 'ArrowRight' && row.children.length > 0) setOpen(row.id, true)
    else if (event.key === 'ArrowLeft') {
      if (row.open && row.children.length > 0) setOpen(row.id, false)
      else focus(row.parent_id)
    } else return
    event.preventDefault()
  }
  return (
    <table role="treegrid" aria-label={t('settings.org_units.title')} className="w-full table-fixed text-left">
      <colgroup>
        <col />
        <col className="w-28" />
        <col className="w-14" />
      </colgroup>
      <thead>
        <tr className="bg-sunken text-muted text-xs">
          <th scope="col" className="border-border h-8 border-b px-4 font-medium">
            {t('settings.org_units.name')}
          </th>
          <th scope="col" className="border-border border-b px-2 text-right font-medium">
            {t('nav.devices')}
          </th>
          <th scope="col" className="border-border border-b">
            <span className="sr-only">{t('settings.org_units.actions')}</span>
          </th>
        </tr>
      </thead>
      <tbody ref={body}>
        {rows.map((row, index) => (
          <tr
            key={row.id}
            data-unit-id={row.id}
            aria-level={row.depth + 1}
            aria-expanded={row.children.length > 0 ? row.open : undefined}
            tabIndex={row.id === activeId || (index === 0 && !rows.some(({ id }) => id === activeId)) ? 0 : -1}
            onFocus={() => setActiveId(row.id)}
            onKeyDown={(event) => onKeyDown(event, row, index)}
            className="hover:bg-hover -outline-offset-2!"
          >
            <td className="border-border/70 h-9 border-b pr-2" style={{ paddingLeft: 12 + row.depth * 20 }}>
              <span className="flex items-center gap-1">
                {row.children.length > 0 ? (
                  <button
                    type="button"
                    tabIndex={-1}
                    onClick={() => setOpen(row.id, !row.open)}
                    aria-label={
                      row.open ? t('settings.org_units.collapse', { name: row.name }) : t('settings.org_units.expand', { name: row.name })
                    }
                    className="text-muted hover:text-text grid size-6 place-items-center rounded"
                  >
                    <ChevronRight className={classNames('size-4 transition-transform', row.open && 'rotate-90')} aria-hidden />
                  </button>
                ) : (
                  <span className="size-6" />
                )}
                <span className="truncate font-medium">{row.name}</span>
              </span>
            </td>
            <td className="border-border/70 border-b px-2 text-right">
              {row.device_count > 0 ? (
                <Link
                  to={`/devices?org_unit=${row.id}`}
                  className="text-accent-text hover:underline"
                  aria-label={t('settings.org_units.devices_of', { count: row.device_count, name: row.name })}
                >
                  {formatNumber(row.device_count)}
                </Link>
              ) : (
                <span className="text-muted">0</span>
              )}
            </td>
            <td className="border-border/70 border-b text-center">
              <UnitMenu unit={row} onTask={onTask} />
            </td>
          </tr>
        ))}
      </tbody>
    </table>
  )
}

function UnitMenu({ unit, onTask }: { unit: OrgUnitNode; onTask: (task: OrgUnitTask) => void }) {
  const { t } = useTranslation()
  const can = useCan()
  if (!can('org_units.create') && !can('org_units.update') && !can('org_units.delete')) return null
  return (
    <Menu>
      <MenuTrigger asChild>
        <Button variant="quiet" size="iconSmall" aria-label={t('settings.org_units.actions_of', { name: unit.name })}>
          <EllipsisVertical aria-hidden />
        </Button>
      </MenuTrigger>
      <MenuContent>
        {can('org_units.create') && (
          <MenuItem onSelect={() => onTask({ kind: 'add', parent: unit })}>{t('settings.org_units.add_below')}</MenuItem>
        )}
        {can('org_units.update') && <MenuItem onSelect={() => onTask({ kind: 'rename', unit })}>{t('settings.org_units.rename')}</MenuItem>}
        {can('org_units.update') && <MenuItem onSelect={() => onTask({ kind: 'place', unit })}>{t('settings.org_units.place')}</MenuItem>}
        {can('org_units.update') && <MenuItem onSelect={() => onTask({ kind: 'move', unit })}>{t('settings.org_units.move')}</MenuItem>}
        {can('org_units.delete') && (
          <>
            <MenuSeparator />
            <MenuItem danger onSelect={() => onTask({ kind: 'delete', unit })}>
              {t('settings.org_units.delete')}
            </MenuItem>
          </>
        )}
      </MenuContent>
    </Menu>
  )
}
