import { useTranslation } from 'react-i18next'
import { Definition, DefinitionList } from '@/kit/definition-list'
import { PageHeader } from '@/kit/page-header'
import { formatDateTime } from '@/lib/format'
import { Card, CardHeader } from '@/ui/card'
import { Badge } from '@/ui/badge'
import { useMe } from '../../lib/me'
import { SignInCards } from './factor-card'
import { SessionsCard } from './sessions-card'

export function AccountPage() {
  const { t } = useTranslation()
  const me = useMe()
  return (
    <div className="space-y-4">
      <PageHeader title={t('account.title')} />
      <div className="grid items-start gap-4 lg:grid-cols-2">
        <Card>
          <CardHeader title={me.name} description={me.email} />
          <div className="border-border border-t p-4">
            <DefinitionList>
              <Definition term={t('management.your_role')}>
                {t(`management.role.${me.role}`)}
                <span className="text-muted block text-xs">{t(`management.role_meaning.${me.role}`)}</span>
              </Definition>
              <Definition term={t('management.account.permissions')}>
                <span className="flex flex-wrap gap-1">
                  {me.permissions.map((permission) => (
                    <Badge key={permission} className="font-mono">
                      {permission}
                    </Badge>
                  ))}
                </span>
              </Definition>
              <Definition term={t('management.account.session_ends')}>{formatDateTime(me.session.expires_at)}</Definition>
            </DefinitionList>
          </div>
        </Card>
        <SessionsCard />
        <SignInCards />
      </div>
    </div>
  )
}
