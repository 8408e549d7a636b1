import { useTranslation } from 'react-i18next'
import { PageHeader } from '@/kit/page-header'
import { useMe } from '@/lib/me'
import { Card } from '@/ui/card'
import { PasswordForm } from './password-form'
import { useChangePassword } from './queries'

export function PasswordPage() {
  const { t } = useTranslation()
  const { user } = useMe()
  const change = useChangePassword()
  return (
    <div className="max-w-2xl space-y-4">
      <PageHeader
        title={t('account.password.title')}
        crumbs={[{ label: t('account.title'), to: '/account' }]}
        description={t('account.password.description')}
      />
      <Card className="p-5">
        <PasswordForm email={user.email} change={change.mutateAsync} />
      </Card>
    </div>
  )
}
