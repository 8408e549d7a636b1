import { useQuery } from '@tanstack/react-query'
import { useTranslation } from 'react-i18next'
import { CopyButton } from '@/kit/copy-button'
import { Definition, DefinitionList } from '@/kit/definition-list'
import { Field, Form, ProblemNote, SaveButton } from '@/kit/form'
import { Loaded } from '@/kit/loaded'
import { PageHeader } from '@/kit/page-header'
import { RelativeTime } from '@/kit/relative-time'
import { VersionConflict } from '@/kit/version-conflict'
import { useVersionedForm } from '@/kit/versioned-form'
import { useCan } from '@/lib/me'
import { fetchAnew } from '@/lib/query-client'
import { Badge } from '@/ui/badge'
import { Card } from '@/ui/card'
import { Input } from '@/ui/input'
import { LicenceCard } from './licence-card'
import { type TaggedTenant, type Tenant, tenantQuery, useRenameTenant } from './queries'

export function OrganizationPage() {
  const { t } = useTranslation()
  const query = useQuery(tenantQuery)
  return (
    <div className="max-w-2xl space-y-4">
      <PageHeader title={t('settings.organization.title')} crumbs={[{ label: t('nav.settings'), to: '/settings' }]} />
      <Loaded query={query}>
        {(tagged) => (
          <Card className="space-y-6 p-5">
            <NameForm tagged={tagged} />
            <DefinitionList>
              <Definition term={t('settings.organization.status')}>
                <Badge tone={tagged.data.status === 'active' ? 'positive' : 'medium'}>
                  {t(`settings.organization.state.${tagged.data.status}`)}
                </Badge>
              </Definition>
              <Definition term={t('settings.organization.id')}>
                <span className="flex h-5 items-center gap-1 font-mono text-xs">
                  <span className="truncate">{tagged.data.id}</span>
                  <CopyButton text={tagged.data.id} label={t('settings.organization.copy_id')} />
                </span>
              </Definition>
              <Definition term={t('common.created')}>
                <RelativeTime at={tagged.data.created_at} />
              </Definition>
            </DefinitionList>
          </Card>
        )}
      </Loaded>
      <LicenceCard />
    </div>
  )
}

type Fields = { name: string }

function NameForm({ tagged }: { tagged: TaggedTenant }) {
  const { t } = useTranslation()
  const can = useCan()
  const rename = useRenameTenant()
  const readOnly = !can('settings.tenant.update')
  const { form, conflict } = useVersionedForm<Fields, Tenant>({
    tagged,
    read: ({ name }) => ({ name }),
    save: ({ name }, etag) => rename.mutateAsync({ name: name.trim(), etag }),
    fetchSaved: () => fetchAnew(tenantQuery),
  })
  return (
    <Form form={form} className="space-y-3">
      <Field
        label={t('settings.organization.name')}
        hint={t('settings.organization.name_hint')}
        required
        error={form.formState.errors.name?.message}
      >
        {(control) => (
          <Input
            {...control}
            {...form.register('name', { required: t('form.required') })}
            readOnly={readOnly || form.formState.isSubmitting}
            maxLength={200}
          />
        )}
      </Field>
      {form.problem && <ProblemNote error={form.problem} />}
      {!readOnly && <SaveButton form={form} />}
      {conflict && <VersionConflict {...conflict} fields={[{ name: 'name', label: t('settings.organization.name') }]} />}
    </Form>
  )
}
