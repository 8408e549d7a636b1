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
import { Input } from '@/ui/input'
import { type Retention, retentionQuery, useSetRetention } from './queries'

export function RetentionPage() {
  const { t } = useTranslation()
  const query = useQuery(retentionQuery)
  return (
    <div className="max-w-2xl space-y-4">
      <PageHeader
        title={t('settings.telemetry.title')}
        crumbs={[{ label: t('nav.settings'), to: '/settings' }]}
        description={t('settings.telemetry.description')}
      />
      <Loaded query={query}>
        {(tagged) => (
          <Card className="p-5">
            <DaysForm tagged={tagged} />
          </Card>
        )}
      </Loaded>
    </div>
  )
}

const fields = ['raw_days', 'rollup_days'] as const
const asText = (days: number | null) => days?.toString() ?? ''
const asDays = (text: string) => (text.trim() === '' ? null : Number(text))

type Fields = { raw_days: string; rollup_days: string }

function DaysForm({ tagged }: { tagged: Tagged<Retention> }) {
  const { t } = useTranslation()
  const can = useCan()
  const set = useSetRetention()
  const retention = tagged.data
  const readOnly = !can('settings.telemetry.update')
  const { form, conflict } = useVersionedForm<Fields, Retention>({
    tagged,
    read: ({ raw_days, rollup_days }) => ({ raw_days: asText(raw_days), rollup_days: asText(rollup_days) }),
    save: ({ raw_days, rollup_days }, etag) =>
      set.mutateAsync({ choice: { raw_days: asDays(raw_days), rollup_days: asDays(rollup_days) }, etag }),
    fetchSaved: () => fetchAnew(retentionQuery),
  })
  return (
    <Form form={form} className="space-y-4">
      {fields.map((field) => (
        <Field
          key={field}
          label={t(`settings.telemetry.${field}`)}
          hint={t(`settings.telemetry.${field}_hint`, { most: retention.most[field] })}
          error={form.formState.errors[field]?.message}
        >
          {(control) => (
            <Input
              {...control}
              {...form.register(field)}
              type="number"
              inputMode="numeric"
              min={1}
              max={retention.most[field]}
              placeholder={String(retention.most[field])}
              readOnly={readOnly || form.formState.isSubmitting}
              className="max-w-40"
            />
          )}
        </Field>
      ))}
      {form.problem && <ProblemNote error={form.problem} />}
      {!readOnly && (
        <div className="space-y-3">
          <p className="text-muted text-sm">{t('settings.telemetry.shorter_hint')}</p>
          <SaveButton form={form} />
        </div>
      )}
      {conflict && <VersionConflict {...conflict} fields={fields.map((name) => ({ name, label: t(`settings.telemetry.${name}`) }))} />}
    </Form>
  )
}
