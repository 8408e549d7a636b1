import { useQuery } from '@tanstack/react-query'
import { useTranslation } from 'react-i18next'
import { Field, ProblemNote, useServerForm } from '@/kit/form'
import { Loaded } from '@/kit/loaded'
import { PageHeader } from '@/kit/page-header'
import { useCan } from '@/lib/me'
import { notify } from '@/lib/notify'
import { Button } from '@/ui/button'
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
        {({ data, etag }) => (
          <Card className="p-5">
            <DaysForm key={etag} retention={data} etag={etag} />
          </Card>
        )}
      </Loaded>
    </div>
  )
}

const fields = ['raw_days', 'rollup_days'] as const
const asText = (days: number | null) => days?.toString() ?? ''
const asDays = (text: string) => (text.trim() === '' ? null : Number(text))

function DaysForm({ retention, etag }: { retention: Retention; etag: string | null }) {
  const { t } = useTranslation()
  const can = useCan()
  const set = useSetRetention()
  const readOnly = !can('settings.telemetry.update')
  const form = useServerForm<{ raw_days: string; rollup_days: string }>({
    defaultValues: { raw_days: asText(retention.raw_days), rollup_days: asText(retention.rollup_days) },
    submit: async ({ raw_days, rollup_days }) => {
      await set.mutateAsync({ choice: { raw_days: asDays(raw_days), rollup_days: asDays(rollup_days) }, etag })
      notify.success(t('form.saved'))
    },
  })
  return (
    <form onSubmit={(event) => void form.send(event)} noValidate className="space-y-4">
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
          <Button type="submit" variant="primary" disabled={!form.formState.isDirty} busy={form.formState.isSubmitting}>
            {t('action.save')}
          </Button>
        </div>
      )}
    </form>
  )
}
