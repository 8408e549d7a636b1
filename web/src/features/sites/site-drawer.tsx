import { useQuery } from '@tanstack/react-query'
import { useState } from 'react'
import { useTranslation } from 'react-i18next'
import { Link } from 'react-router'
import { ConfirmDialog } from '@/kit/confirm-dialog'
import { Form, SaveButton } from '@/kit/form'
import { Loaded } from '@/kit/loaded'
import { VersionConflict } from '@/kit/version-conflict'
import { useVersionedForm } from '@/kit/versioned-form'
import { useCan } from '@/lib/me'
import { notify } from '@/lib/notify'
import { fetchAnew } from '@/lib/query-client'
import { Button } from '@/ui/button'
import { Sheet, SheetContent } from '@/ui/sheet'
import { type Site, siteQuery, type TaggedSite, useDeleteSite, useUpdateSite } from './queries'
import { changeOf, fieldsOf, type SiteFields, SiteFieldset } from './site-fields'

export function SiteDrawer({ id, onClose }: { id: string | null; onClose: () => void }) {
  const { t } = useTranslation()
  const query = useQuery({ ...siteQuery(id ?? ''), enabled: id !== null })
  return (
    <Sheet open={id !== null} onOpenChange={(open) => !open && onClose()}>
      <SheetContent title={query.data?.data.name ?? t('settings.sites.one')}>
        <Loaded query={query}>
          {(tagged) => (
            <div key={tagged.data.id} className="space-y-5 p-5">
              <Link to={`/devices?site=${tagged.data.id}`} className="text-accent-text block hover:underline">
                {t('settings.sites.devices', { count: tagged.data.device_count })}
              </Link>
              <EditForm tagged={tagged} />
              <Remove site={tagged.data} onRemoved={onClose} />
            </div>
          )}
        </Loaded>
      </SheetContent>
    </Sheet>
  )
}

function EditForm({ tagged }: { tagged: TaggedSite }) {
  const { t } = useTranslation()
  const readOnly = !useCan()('sites.update')
  const { id } = tagged.data
  const update = useUpdateSite(id)
  const { form, conflict } = useVersionedForm<SiteFields, Site>({
    tagged,
    read: fieldsOf,
    save: (fields, etag) => update.mutateAsync({ change: changeOf(fields), etag }),
    fetchSaved: () => fetchAnew(siteQuery(id)),
  })
  const { isSubmitting } = form.formState
  return (
    <Form form={form} className="space-y-4">
      <SiteFieldset form={form} readOnly={readOnly || isSubmitting} isNew={false} />
      {!readOnly && <SaveButton form={form} />}
      {conflict && (
        <VersionConflict
          {...conflict}
          fields={[
            { name: 'name', label: t('settings.sites.name') },
            { name: 'address', label: t('settings.org_units.address') },
            { name: 'latitude', label: t('settings.org_units.coordinates') },
            { name: 'time_zone', label: t('settings.sites.time_zone') },
          ]}
        />
      )}
    </Form>
  )
}

function Remove({ site: { id, name }, onRemoved }: { site: Site; onRemoved: () => void }) {
  const { t } = useTranslation()
  const can = useCan()
  const remove = useDeleteSite()
  const [asking, setAsking] = useState(false)
  if (!can('sites.delete')) return null
  return (
    <div className="border-border border-t pt-4">
      <Button variant="danger" onClick={() => setAsking(true)}>
        {t('settings.sites.remove')}
      </Button>
      <ConfirmDialog
        open={asking}
        onOpenChange={setAsking}
        title={t('settings.sites.remove_title', { name })}
        description={t('settings.sites.remove_description')}
        confirmLabel={t('settings.sites.remove')}
        typed={name}
        onConfirm={async () => {
          await remove.mutateAsync(id)
          onRemoved()
          notify.success(t('settings.sites.removed', { name }))
        }}
      />
    </div>
  )
}
