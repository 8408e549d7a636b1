import { useQuery } from '@tanstack/react-query'
import { Archive, ArchiveRestore, Pencil, Plus, ScrollText } from 'lucide-react'
import { useState } from 'react'
import { useTranslation } from 'react-i18next'
import { EmptyState } from '@/kit/empty-state'
import { Loaded } from '@/kit/loaded'
import { PageHeader } from '@/kit/page-header'
import { formatNumber } from '@/lib/format'
import { Badge } from '@/ui/badge'
import { Button } from '@/ui/button'
import { Card } from '@/ui/card'
import { Dialog, DialogContent } from '@/ui/dialog'
import { useCan } from '../../lib/me'
import { CreatePlan, EditPlan } from './plan-form'
import { type Plan, plansQuery, useArchivePlan } from './queries'

export function PlansPage() {
  const { t } = useTranslation()
  const can = useCan()
  const query = useQuery(plansQuery)
  /** The id of one, or a new one. */
  const [editing, setEditing] = useState<string | null>(null)
  const edited = query.data?.items.find(({ id }) => id === editing)
  const add = can('plans.update') && (
    <Button variant="primary" onClick={() => setEditing('new')}>
      <Plus aria-hidden />
      {t('management.plans.add')}
    </Button>
  )
  const close = () => setEditing(null)
  return (
    <div className="space-y-4">
      <PageHeader title={t('management.plans.title')} description={t('management.plans.description')}>
        {add}
      </PageHeader>
      <Loaded query={query}>
        {({ items }) => (
          <Card className="overflow-hidden">
            {items.length === 0 && (
              <EmptyState icon={ScrollText} title={t('management.plans.none')}>
                {add}
              </EmptyState>
            )}
            <ul aria-label={t('management.plans.title')} className="divide-border divide-y">
              {items.map((plan) => (
                <Row key={plan.id} plan={plan} onEdit={() => setEditing(plan.id)} />
              ))}
            </ul>
          </Card>
        )}
      </Loaded>
      <Dialog open={editing !== null} onOpenChange={(open) => !open && close()}>
        {editing && (
          <DialogContent title={edited?.name ?? t('management.plans.add')} description={t('management.plans.edit_hint')}>
            {edited ? <EditPlan plan={edited} onDone={close} /> : <CreatePlan onDone={close} />}
          </DialogContent>
        )}
      </Dialog>
    </div>
  )
}

function Row({ plan, onEdit }: { plan: Plan; onEdit: () => void }) {
  const { t } = useTranslation()
  const can = useCan()
  const archive = useArchivePlan(plan.id)
  const most = (count: number | null) => (count === null ? t('management.plans.unlimited') : formatNumber(count))
  const Icon = plan.archived ? ArchiveRestore : Archive
  return (
    <li className="flex flex-wrap items-center gap-3 px-4 py-3">
      <div className="min-w-0 flex-1 basis-64">
        <p className="flex items-center gap-2 font-medium">
          {plan.name}
          {plan.archived && <Badge>{t('management.plans.archived')}</Badge>}
        </p>
        <p className="text-muted text-xs">
          {t('management.plans.users')}: {most(plan.max_users)} · {t('management.plans.devices')}: {most(plan.max_devices)} ·{' '}
          {t('management.plans.grace_days')}: {formatNumber(plan.grace_days)}
        </p>
        <p className="mt-1 flex flex-wrap gap-1">
          {plan.features.map((feature) => (
            <Badge key={feature}>{feature}</Badge>
          ))}
        </p>
      </div>
      {can('plans.update') && (
        <>
          <Button size="small" aria-label={`${t('management.plans.edit')}: ${plan.name}`} onClick={onEdit}>
            <Pencil aria-hidden />
            {t('management.plans.edit')}
          </Button>
          <Button
            size="small"
            busy={archive.isPending}
            aria-label={`${plan.archived ? t('management.plans.restore') : t('management.plans.archive')}: ${plan.name}`}
            onClick={() => archive.mutate(!plan.archived)}
          >
            <Icon aria-hidden />
            {plan.archived ? t('management.plans.restore') : t('management.plans.archive')}
          </Button>
        </>
      )}
    </li>
  )
}
