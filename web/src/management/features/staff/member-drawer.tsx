import { UsersRound } from 'lucide-react'
import { useState } from 'react'
import { useTranslation } from 'react-i18next'
import { ConfirmDialog } from '@/kit/confirm-dialog'
import { Definition, DefinitionList } from '@/kit/definition-list'
import { EmptyState } from '@/kit/empty-state'
import { Field, ProblemNote } from '@/kit/form'
import { RelativeTime } from '@/kit/relative-time'
import { notify } from '@/lib/notify'
import { Button } from '@/ui/button'
import { Select } from '@/ui/select'
import { Sheet, SheetContent } from '@/ui/sheet'
import { useCan } from '../../lib/me'
import { type Member, roles, useResetFactor, useUpdateMember } from './queries'

type MemberDrawerProps = { id: string | null; member: Member | undefined; onClose: () => void }

export function MemberDrawer({ id, member, onClose }: MemberDrawerProps) {
  const { t } = useTranslation()
  const can = useCan()
  return (
    <Sheet open={id !== null} onOpenChange={(open) => !open && onClose()}>
      <SheetContent title={member?.name ?? t('management.staff.one')}>
        {!member && <EmptyState icon={UsersRound} title={t('management.staff.gone')} />}
        {member && (
          <div className="space-y-5 p-5">
            <DefinitionList>
              <Definition term={t('sign_in.email')}>{member.email}</Definition>
              <Definition term={t('management.staff.role')}>
                {t(`management.role.${member.role}`)}
                <span className="text-muted block text-xs">{t(`management.role_meaning.${member.role}`)}</span>
              </Definition>
              <Definition term={t('management.staff.second_factor')}>
                {member.mfa ? t('account.mfa.on') : t('management.staff.no_factor')}
              </Definition>
              <Definition term={t('management.staff.microsoft')}>
                {member.microsoft ? t('management.staff.linked') : t('management.staff.not_linked')}
              </Definition>
              <Definition term={t('settings.users.last_sign_in')}>
                <RelativeTime at={member.last_sign_in_at} none={t('settings.users.never')} />
              </Definition>
              <Definition term={t('common.created')}>
                <RelativeTime at={member.created_at} />
              </Definition>
            </DefinitionList>
            {can('staff.update') && <MemberAccess key={member.id} member={member} />}
          </div>
        )}
      </SheetContent>
    </Sheet>
  )
}

type Question = 'disable' | 'reset' | null

/** For owners. The server keeps the last of them from shutting himself out. */
function MemberAccess({ member }: { member: Member }) {
  const { t } = useTranslation()
  const { name } = member
  const update = useUpdateMember(member)
  const reset = useResetFactor(member.id)
  const [asking, setAsking] = useState<Question>(null)
  const ask = (question: Question) => (open: boolean) => setAsking(open ? question : null)
  return (
    <section aria-label={t('settings.users.access')} className="border-border space-y-4 border-t pt-4">
      <Field label={t('management.staff.role')} hint={t('management.staff.ends_sessions')} required>
        {(control) => (
          <Select
            {...control}
            value={member.role}
            disabled={update.isPending}
            onValueChange={(role) => {
              if (role !== member.role) update.mutate({ role }, { onSuccess: () => notify.success(t('settings.users.saved', { name })) })
            }}
            options={roles.map((role) => ({ value: role, label: t(`management.role.${role}`) }))}
          />
        )}
      </Field>
      {update.error && !asking && <ProblemNote error={update.error} />}
      <div className="flex flex-wrap gap-2">
        {member.disabled ? (
          <Button
            busy={update.isPending}
            onClick={() =>
              update.mutate({ disabled: false }, { onSuccess: () => notify.success(t('settings.users.was_enabled', { name })) })
            }
          >
            {t('settings.users.enable')}
          </Button>
        ) : (
          <Button variant="danger" onClick={() => setAsking('disable')}>
            {t('settings.users.disable')}
          </Button>
        )}
        {member.mfa && <Button onClick={() => setAsking('reset')}>{t('settings.users.reset_mfa')}</Button>}
      </div>
      <ConfirmDialog
        open={asking === 'disable'}
        onOpenChange={ask('disable')}
        title={t('management.staff.disable_title', { name })}
        description={t('management.staff.disable_description')}
        confirmLabel={t('settings.users.disable')}
        onConfirm={async () => {
          await update.mutateAsync({ disabled: true })
          notify.success(t('settings.users.was_disabled', { name }))
        }}
      />
      <ConfirmDialog
        open={asking === 'reset'}
        onOpenChange={ask('reset')}
        title={t('settings.users.reset_mfa_title', { name })}
        description={t('management.staff.reset_description')}
        confirmLabel={t('settings.users.reset_mfa')}
        onConfirm={async () => {
          await reset.mutateAsync()
          notify.success(t('settings.users.mfa_was_reset', { name }))
        }}
      />
    </section>
  )
}
