import { MapPin, Plus } from 'lucide-react'
import { parseAsBoolean, parseAsString, useQueryState } from 'nuqs'
import { useMemo } from 'react'
import { useTranslation } from 'react-i18next'
import { useOrgUnits } from '@/features/org-units/queries'
import { DataTable } from '@/kit/data-table/data-table'
import { ListPage } from '@/kit/data-table/list-frame'
import type { TableColumn } from '@/kit/data-table/types'
import { EmptyState } from '@/kit/empty-state'
import { FilterBar, SearchFilter } from '@/kit/filters'
import { PageHeader } from '@/kit/page-header'
import { formatNumber } from '@/lib/format'
import { useList } from '@/lib/list'
import { useCan } from '@/lib/me'
import { Button } from '@/ui/button'
import { CreateSite } from './create-site'
import { type Site, siteList } from './queries'
import { SiteDrawer } from './site-drawer'

/** Where the devices of a unit stand. */
export function SitesPage() {
  const { t } = useTranslation()
  const mayCreate = useCan()('sites.create')
  const { nameOf } = useOrgUnits()
  const [search, setSearch] = useQueryState('search', parseAsString.withDefault(''))
  const [unit] = useQueryState('org_unit', parseAsString)
  const [openId, setOpenId] = useQueryState('site', parseAsString.withOptions({ history: 'push' }))
  const [adding, setAdding] = useQueryState('add', parseAsBoolean.withDefault(false))
  const list = useList(siteList({ search: search || undefined, org_unit_id: unit ?? undefined }))
  const clear = () => void setSearch(null)
  const columns = useMemo<TableColumn<Site>[]>(
    () => [
      { id: 'name', header: t('settings.sites.name'), cell: (site) => <span className="font-medium">{site.name}</span> },
      { id: 'org_unit', header: t('devices.org_unit'), cell: (site) => nameOf(site.org_unit_id) ?? '—' },
      { id: 'address', header: t('settings.org_units.address'), from: 'md', cell: (site) => site.address ?? '—' },
      { id: 'time_zone', header: t('settings.sites.time_zone'), width: 160, from: 'lg', cell: (site) => site.time_zone ?? '—' },
      {
        id: 'devices',
        header: t('nav.devices'),
        width: 100,
        align: 'end',
        from: 'sm',
        cell: (site) => formatNumber(site.device_count),
      },
    ],
    [t, nameOf],
  )
  const addButton = mayCreate && (
    <Button variant="primary" onClick={() => void setAdding(true)}>
      <Plus aria-hidden />
      {t('settings.sites.add')}
    </Button>
  )
  return (
    <ListPage
      header={
        <PageHeader
          title={t('settings.sites.title')}
          crumbs={[{ label: t('nav.settings'), to: '/settings' }]}
          description={t('settings.sites.description')}
        >
          {addButton}
        </PageHeader>
      }
      filters={
        <FilterBar active={search !== ''} onClear={clear}>
          <SearchFilter value={search} onChange={(value) => void setSearch(value || null)} label={t('settings.sites.search')} />
        </FilterBar>
      }
    >
      <DataTable
        label={t('settings.sites.title')}
        rowLabel={(site) => site.name}
        list={list}
        columns={columns}
        onOpen={(site) => void setOpenId(site.id)}
        openId={openId}
        filtered={search !== ''}
        onClearFilters={clear}
        empty={
          <EmptyState icon={MapPin} title={t('settings.sites.none')} description={t('settings.sites.none_hint')}>
            {addButton}
          </EmptyState>
        }
      />
      {adding && mayCreate && <CreateSite onClose={() => void setAdding(null)} />}
      <SiteDrawer id={openId} onClose={() => void setOpenId(null)} />
    </ListPage>
  )
}
