import { useQuery } from '@tanstack/react-query'
import { useTranslation } from 'react-i18next'
import { Field, ProblemNote, useServerForm } from '@/kit/form'
import { Loaded } from '@/kit/loaded'
import { PageHeader } from '@/kit/page-header'
import { useCan } from '@/lib/me'
import { notify } from '@/lib/notify'
import { Button } from '@/ui/button'
import { Card } from '@/ui/card'
import { Checkbox } from '@/ui/checkbox'
import { Input } from '@/ui/input'
import { type SecuritySettings, securityQuery, useSetSecurity } from './queries'

export function SecurityPage() {
  const { t } = useTranslation()
  const query = useQuery(securityQuery)
  return (
    <div className="max-w-2xl space-y-4">
      <PageHeader
        title={t('settings.security.title')}
        crumbs={[{ label: t('nav.settings'), to: '/settings' }]}
        description={t('settings.security.description')}
      />
      <Loaded query={query}>
        {({ data, etag }) => (
          <Card className="p-5">
            <RulesForm key={etag} settings={data} etag={etag} />
          </Card>
        )}
      </Loaded>
    </div>
  )
}

type Fields = { require_mfa: boolean; session_idle_minutes: string; session_hours: string }

const limits = ['session_idle_minutes', 'session_hours'] as const
const least = { session_idle_minutes: 15, session_hours: 1 }
const asText = (number: number | null) => number?.toString() ?? ''
const asNumber = (text: string) => (text.trim() === '' ? null : Number(text))

function RulesForm({ settings, etag }: { settings: SecuritySettings; etag: string | null }) {
  const { t } = useTranslation()
  const can = useCan()
  const set = useSetSecurity()
  const readOnly = !can('settings.security.update')
  const form = useServerForm<Fields>({
    defaultValues: {
      require_mfa: settings.require_mfa,
      session_idle_minutes: asText(settings.session_idle_minutes),
      session_hours: asText(settings.session_hours),
    },
    submit: async ({ require_mfa, session_idle_minutes, session_hours }) => {
      const rules = { require_mfa, session_idle_minutes: asNumber(session_idle_minutes), session_hours: asNumber(session_hours) }
      await set.mutateAsync({ rules, etag })
      notify.success(t('form.saved'))
    },
  })
  const { errors, isDirty, isSubmitting } = form.formState
  return (
    <form onSubmit={(event) => void form.send(event)} noValidate className="space-y-5">
      <div className="flex items-start gap-2.5">
        <Checkbox
          id="require-mfa"
          aria-describedby="require-mfa-hint"
          className="mt-0.5"
          checked={form.watch('require_mfa')}
          disabled={readOnly || isSubmitting}
          onCheckedChange={(checked) => form.setValue('require_mfa', checked === true, { shouldDirty: true })}
        />
        <div>
          <label htmlFor="require-mfa" className="font-medium">
            {t('settings.security.require_mfa')}
          </label>
          <p id="require-mfa-hint" className="text-muted text-xs">
            {t('settings.security.require_mfa_hint')}{' '}
            {settings.members_without_mfa > 0 && t('settings.security.without_mfa', { count: settings.members_without_mfa })}
          </p>
        </div>
      </div>
      {limits.map((field) => (
        <Field
          key={field}
          label={t(`settings.security.${field}`)}
          hint={t(`settings.security.${field}_hint`, { most: settings.platform[field] })}
          error={errors[field]?.message}
        >
          {(control) => (
            <Input
              {...control}
              {...form.register(field)}
              type="number"
              inputMode="numeric"
              min={least[field]}
              max={settings.platform[field]}
              placeholder={String(settings.platform[field])}
              readOnly={readOnly || isSubmitting}
              className="max-w-40"
            />
          )}
        </Field>
      ))}
      {form.problem && <ProblemNote error={form.problem} />}
      {!readOnly && (
        <div className="space-y-3">
          <p className="text-muted text-sm">{t('settings.security.effect')}</p>
          <Button type="submit" variant="primary" disabled={!isDirty} busy={isSubmitting}>
            {t('action.save')}
          </Button>
        </div>
      )}
    </form>
  )
}
