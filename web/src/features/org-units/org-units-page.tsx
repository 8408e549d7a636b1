import { useQuery } from '@tanstack/react-query'
import { Building2, Plus } from 'lucide-react'
import { useState } from 'react'
import { useTranslation } from 'react-i18next'
import { EmptyState } from '@/kit/empty-state'
import { Loaded } from '@/kit/loaded'
import { PageHeader } from '@/kit/page-header'
import { useCan } from '@/lib/me'
import { Button } from '@/ui/button'
import { Card } from '@/ui/card'
import { Skeleton } from '@/ui/skeleton'
import { OrgUnitDialogs, type OrgUnitTask } from './org-unit-dialogs'
import { OrgUnitTree } from './org-unit-tree'
import { orgUnitsQuery, toTree } from './queries'

export function OrgUnitsPage() {
  const { t } = useTranslation()
  const can = useCan()
  const query = useQuery(orgUnitsQuery)
  const [task, setTask] = useState<OrgUnitTask | null>(null)
  const addButton = can('org_units.create') && (
    <Button variant="primary" onClick={() => setTask({ kind: 'add', parent: null })}>
      <Plus aria-hidden />
      {t('settings.org_units.add')}
    </Button>
  )
  return (
    <div className="max-w-4xl space-y-4 pb-4">
      <PageHeader
        title={t('settings.org_units.title')}
        crumbs={[{ label: t('nav.settings'), to: '/settings' }]}
        description={t('settings.org_units.description')}
      >
        {addButton}
      </PageHeader>
      <Card className="overflow-hidden">
        <Loaded query={query} skeleton={<Skeleton className="m-4 h-48" />}>
          {({ items }) =>
            items.length === 0 ? (
              <EmptyState icon={Building2} title={t('settings.org_units.none')} description={t('settings.org_units.none_hint')}>
                {addButton}
              </EmptyState>
            ) : (
              <OrgUnitTree nodes={toTree(items)} onTask={setTask} />
            )
          }
        </Loaded>
      </Card>
      <OrgUnitDialogs task={task} units={query.data?.items ?? []} onClose={() => setTask(null)} />
    </div>
  )
}
