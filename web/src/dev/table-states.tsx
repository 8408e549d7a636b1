import { Server } from 'lucide-react'
import { useMemo, useState } from 'react'
import { useTranslation } from 'react-i18next'
import { auditColumns } from '@/kit/audit-columns'
import { BulkBar } from '@/kit/data-table/bulk-bar'
import { TableOptions } from '@/kit/data-table/column-chooser'
import { DataTable } from '@/kit/data-table/data-table'
import { nothingSelected, type Selection } from '@/kit/data-table/selection'
import type { TableColumn } from '@/kit/data-table/types'
import { EmptyState } from '@/kit/empty-state'
import { RelativeTime } from '@/kit/relative-time'
import { RowList } from '@/kit/row-list'
import { useActionName } from '@/lib/action-name'
import { listOptions, useList } from '@/lib/list'
import { Problem } from '@/lib/problem'
import { Button } from '@/ui/button'
import { Row, State } from './section'

type Example = { id: string; name: string; type: string; at: string }

const many = 2_000
const examples: Example[] = Array.from({ length: many }, (_, n) => ({
  id: `row-${n}`,
  name: `edge-${String(n).padStart(4, '0')}`,
  type: n % 3 ? 'appliance' : 'gateway',
  at: new Date(Date.now() - n * 60_000).toISOString(),
}))

const columns: TableColumn<Example>[] = [
  { id: 'name', header: 'Name', sort: 'name', choice: 'locked', cell: (row) => <span className="font-medium">{row.name}</span> },
  { id: 'type', header: 'Type', width: 120, cell: (row) => row.type },
  { id: 'at', header: 'Seen', width: 120, sort: 'at', from: 'sm', cell: (row) => <RelativeTime at={row.at} /> },
]

/** Answers as a server in this state would. */
const answers = {
  rows: (cursor: string | undefined) => {
    const from = Number(cursor ?? 0)
    const next = from + 100
    return Promise.resolve({ items: examples.slice(from, next), next_cursor: next < many ? String(next) : null })
  },
  empty: () => Promise.resolve({ items: [], next_cursor: null }),
  loading: () => new Promise<never>(() => undefined),
  refused: () =>
    Promise.reject(
      new Problem({ status: 403, word: 'forbidden', detail: 'This needs the permission devices.read', requestId: 'example-1' }),
    ),
}

function Table({ state, filtered, selection }: { state: keyof typeof answers; filtered?: boolean; selection?: Selection }) {
  const list = useList(listOptions<Example>(['kit', state], answers[state]))
  const [chosen, choose] = useState(selection ?? nothingSelected)
  return (
    <div className="border-border relative -m-4 flex h-80 flex-col">
      {selection && (
        <BulkBar selection={chosen} onChange={choose} count={many} loaded={list.rows.length}>
          <Button size="small" variant="primary">
            Acknowledge
          </Button>
        </BulkBar>
      )}
      <DataTable
        list={list}
        label={`Example: ${state}`}
        rowLabel={(row) => row.name}
        columns={columns}
        sort={{ value: 'name', onChange: () => undefined }}
        selection={selection && { value: chosen, onChange: choose }}
        filtered={filtered}
        onClearFilters={() => undefined}
        empty={<EmptyState icon={Server} title="No devices yet" description="Add one to see it here." />}
      />
    </div>
  )
}

type Entry = { id: string; at: string; name: string; action: string; address: string | null }

const entries: Entry[] = ['sites.update', 'sessions.create', 'devices.register'].map((action, n) => ({
  id: `entry-${n}`,
  at: new Date(Date.now() - n * 3_600_000).toISOString(),
  name: n < 2 ? 'Example' : 'edge-0007',
  action,
  address: n < 2 ? '192.0.2.7' : null,
}))

function AuditTable() {
  const { t } = useTranslation()
  const actionName = useActionName()
  const list = useList(listOptions<Entry>(['kit', 'audit'], () => Promise.resolve({ items: entries, next_cursor: null })))
  const columns = useMemo<TableColumn<Entry>[]>(
    () => Object.values(auditColumns<Entry>(t, actionName, ({ name }) => name)),
    [t, actionName],
  )
  return (
    <div className="-m-4 flex h-48 flex-col">
      <DataTable list={list} label="Example: audit log" rowLabel={({ action }) => actionName(action)} columns={columns} empty={null} />
    </div>
  )
}

export function TableStates() {
  const list = useList(listOptions<Example>(['kit', 'short'], () => Promise.resolve({ items: examples.slice(0, 3), next_cursor: 'more' })))
  return (
    <>
      <State name="table: rows, sorted, some selected" wide>
        <Table state="rows" selection={{ ids: new Set(['row-1', 'row-2']), all: false }} />
      </State>
      <State name="table: all that match selected" wide>
        <Table state="rows" selection={{ ids: new Set(), all: true }} />
      </State>
      <State name="table: an audit log" wide>
        <AuditTable />
      </State>
      <State name="table: loading">
        <Table state="loading" />
      </State>
      <State name="table: nothing yet">
        <Table state="empty" />
      </State>
      <State name="table: none match">
        <Table state="empty" filtered />
      </State>
      <State name="table: refused">
        <Table state="refused" />
      </State>
      <State name="options">
        <Row>
          <TableOptions columns={columns} />
        </Row>
      </State>
      <State name="short list">
        <RowList label="Short list" rows={list.rows} query={list.query} empty={null}>
          {(row) => (
            <li key={row.id} className="px-4 py-2">
              {row.name}
            </li>
          )}
        </RowList>
      </State>
    </>
  )
}
