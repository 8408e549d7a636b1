import { AtSign, Plus } from 'lucide-react'
import { parseAsBoolean, useQueryState } from 'nuqs'
import { useState } from 'react'
import { useTranslation } from 'react-i18next'
import { ConfirmDialog } from '@/kit/confirm-dialog'
import { EmptyState } from '@/kit/empty-state'
import { PageHeader } from '@/kit/page-header'
import { RowList } from '@/kit/row-list'
import { useList } from '@/lib/list'
import { useCan } from '@/lib/me'
import { notify } from '@/lib/notify'
import { Button } from '@/ui/button'
import { AddDomain } from './add-domain'
import { DomainRow } from './domain-row'
import { type Domain, domainList, useRemoveDomain } from './queries'

export function DomainsPage() {
  const { t } = useTranslation()
  const can = useCan()
  const [adding, setAdding] = useQueryState('add', parseAsBoolean.withDefault(false))
  const [removing, setRemoving] = useState<Domain | null>(null)
  const remove = useRemoveDomain()
  const { rows, query } = useList(domainList)
  const mayUpdate = can('settings.sso.update')
  const addButton = mayUpdate && (
    <Button variant="primary" onClick={() => void setAdding(true)}>
      <Plus aria-hidden />
      {t('sso.domains.add')}
    </Button>
  )
  return (
    <div className="max-w-3xl space-y-4">
      <PageHeader
        title={t('sso.domains.title')}
        crumbs={[{ label: t('nav.settings'), to: '/settings' }]}
        description={t('sso.domains.description')}
      >
        {rows.length > 0 && addButton}
      </PageHeader>
      <RowList
        label={t('sso.domains.title')}
        rows={rows}
        query={query}
        empty={
          <EmptyState icon={AtSign} title={t('sso.domains.none')} description={t('sso.domains.none_hint')}>
            {addButton}
          </EmptyState>
        }
      >
        {(domain) => <DomainRow key={domain.id} domain={domain} mayUpdate={mayUpdate} onRemove={() => setRemoving(domain)} />}
      </RowList>
      <AddDomain open={adding && mayUpdate} onClose={() => void setAdding(null)} />
      <ConfirmDialog
        open={removing !== null}
        onOpenChange={(open) => !open && setRemoving(null)}
        title={t('sso.domains.remove_title', { domain: removing?.domain ?? '' })}
        description={t('sso.domains.remove_description')}
        confirmLabel={t('sso.domains.remove')}
        typed={removing?.verified_at ? removing.domain : undefined}
        onConfirm={async () => {
          if (!removing) return
          await remove.mutateAsync(removing.id)
          notify.success(t('sso.domains.removed', { domain: removing.domain }))
        }}
      />
    </div>
  )
}
