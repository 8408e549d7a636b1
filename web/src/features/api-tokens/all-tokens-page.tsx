import { useTranslation } from 'react-i18next'
import { PageHeader } from '@/kit/page-header'
import { TokenTable } from './token-table'

export function AllTokensPage() {
  const { t } = useTranslation()
  return (
    <TokenTable
      own={false}
      header={
        <PageHeader
          title={t('settings.api_tokens.title')}
          crumbs={[{ label: t('nav.settings'), to: '/settings' }]}
          description={t('settings.api_tokens.description')}
        />
      }
      action={null}
    />
  )
}
