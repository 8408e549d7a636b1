import { useQuery } from '@tanstack/react-query'
import { useTranslation } from 'react-i18next'
import { Field, Form, ProblemNote, SaveButton } from '@/kit/form'
import { Loaded } from '@/kit/loaded'
import { PageHeader } from '@/kit/page-header'
import { VersionConflict } from '@/kit/version-conflict'
import { useVersionedForm } from '@/kit/versioned-form'
import type { Tagged } from '@/lib/api'
import { useCan } from '@/lib/me'
import { fetchAnew } from '@/lib/query-client'
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
        {(tagged) => (
          <Card className="p-5">
            <RulesForm tagged={tagged} />
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

function RulesForm({ tagged }: { tagged: Tagged<SecuritySettings> }) {
  const { t } = useTranslation()
  const can = useCan()
  const set = useSetSecurity()
  const settings = tagged.data
  const readOnly = !can('settings.security.update')
  const { form, conflict } = useVersionedForm<Fields, SecuritySettings>({
    tagged,
    read: ({ require_mfa, session_idle_minutes, session_hours }) => ({
      require_mfa,
      session_idle_minutes: asText(session_idle_minutes),
      session_hours: asText(session_hours),
    }),
    save: ({ require_mfa, session_idle_minutes, session_hours }, etag) => {
      const rules = { require_mfa, session_idle_minutes: asNumber(session_idle_minutes), session_hours: asNumber(session_hours) }
      return set.mutateAsync({ rules, etag })
    },
    fetchSaved: () => fetchAnew(securityQuery),
  })
  const { errors, isSubmitting } = form.formState
  return (
    <Form form={form} className="space-y-5">
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
          <SaveButton form={form} />
        </div>
      )}
      {conflict && (
        <VersionConflict
          {...conflict}
          fields={[
            { name: 'require_mfa', label: t('settings.security.require_mfa'), show: (on) => (on ? t('form.yes') : t('form.no')) },
            ...limits.map((name) => ({ name, label: t(`settings.security.${name}`) })),
          ]}
        />
      )}
    </Form>
  )
}
