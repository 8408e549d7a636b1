import { Plus } from 'lucide-react'
import { parseAsBoolean, useQueryState } from 'nuqs'
import { useTranslation } from 'react-i18next'
import { PageHeader } from '@/kit/page-header'
import { useCan } from '@/lib/me'
import { Button } from '@/ui/button'
import { CreateApiToken } from './create-api-token'
import { TokenTable } from './token-table'

export function OwnTokensPage() {
  const { t } = useTranslation()
  const mayCreate = useCan()('api_tokens.create')
  const [adding, setAdding] = useQueryState('add', parseAsBoolean.withDefault(false))
  const addButton = mayCreate && (
    <Button variant="primary" onClick={() => void setAdding(true)}>
      <Plus aria-hidden />
      {t('settings.api_tokens.add')}
    </Button>
  )
  return (
    <>
      <TokenTable
        own
        header={
          <PageHeader
            title={t('account.tokens.title')}
            crumbs={[{ label: t('account.title'), to: '/account' }]}
            description={t('account.tokens.description')}
          >
            {addButton}
          </PageHeader>
        }
        action={addButton}
      />
      <CreateApiToken open={adding && mayCreate} onClose={() => void setAdding(null)} />
    </>
  )
}
