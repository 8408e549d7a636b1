import { useQuery } from '@tanstack/react-query'
import { useState } from 'react'
import { useTranslation } from 'react-i18next'
import { useOrgUnits } from '@/features/org-units/queries'
import { ProblemNote } from '@/kit/form'
import { Loaded } from '@/kit/loaded'
import { RelativeTime } from '@/kit/relative-time'
import { Button } from '@/ui/button'
import { Dialog, DialogActions, DialogContent } from '@/ui/dialog'
import { deviceQuery, type TaggedDevice } from './queries'
import { type DeviceFields, fieldsOf } from './fields'

type VersionConflictProps = {
  deviceId: string
  mine: DeviceFields
  onKeepMine: (theirs: TaggedDevice) => Promise<void>
  onTakeTheirs: (theirs: TaggedDevice) => void
  onClose: () => void
}

/** Somebody saved first: both versions side by side, and the choice between them. */
export function VersionConflict({ deviceId, onClose, ...rest }: VersionConflictProps) {
  const { t } = useTranslation()
  const query = useQuery({ ...deviceQuery(deviceId), queryKey: ['devices', 'conflict', deviceId], gcTime: 0, staleTime: 0 })
  return (
    <Dialog open onOpenChange={(open) => !open && onClose()}>
      <DialogContent width="medium" title={t('conflict.title')} description={t('conflict.description')}>
        <Loaded query={query}>{(theirs) => <Comparison theirs={theirs} {...rest} />}</Loaded>
      </DialogContent>
    </Dialog>
  )
}

const names = ['name', 'type', 'location', 'org_unit_id'] as const

function Comparison({
  theirs,
  mine,
  onKeepMine,
  onTakeTheirs,
}: Omit<VersionConflictProps, 'deviceId' | 'onClose'> & { theirs: TaggedDevice }) {
  const { t } = useTranslation()
  const { nameOf } = useOrgUnits()
  const [busy, setBusy] = useState(false)
  const [error, setError] = useState<unknown>(null)
  const saved = fieldsOf(theirs.data)
  const show = (name: (typeof names)[number], value: string) => (name === 'org_unit_id' ? nameOf(value || null) : value) || '—'
  const labels = { name: t('devices.name'), type: t('devices.type'), location: t('devices.location'), org_unit_id: t('devices.org_unit') }
  const keep = async () => {
    setBusy(true)
    try {
      await onKeepMine(theirs)
    } catch (problem) {
      setError(problem)
      setBusy(false)
    }
  }
  return (
    <>
      <table className="w-full table-fixed text-left">
        <thead className="text-muted text-xs">
          <tr>
            <th scope="col" className="w-24 py-1.5 font-medium">
              {t('conflict.field')}
            </th>
            <th scope="col" className="py-1.5 font-medium">
              {t('conflict.mine')}
            </th>
            <th scope="col" className="py-1.5 font-medium">
              {t('conflict.theirs')} · <RelativeTime at={theirs.data.updated_at} />
            </th>
          </tr>
        </thead>
        <tbody>
          {names.map((name) => (
            <tr key={name} className="border-border border-t align-top">
              <th scope="row" className="text-muted py-2 font-normal">
                {labels[name]}
              </th>
              <td className={mine[name] === saved[name] ? 'py-2 pr-3 break-words' : 'text-accent-text py-2 pr-3 font-medium break-words'}>
                {show(name, mine[name])}
              </td>
              <td className={mine[name] === saved[name] ? 'py-2 break-words' : 'text-medium py-2 font-medium break-words'}>
                {show(name, saved[name])}
              </td>
            </tr>
          ))}
        </tbody>
      </table>
      {error !== null && <ProblemNote error={error} />}
      <DialogActions>
        <Button onClick={() => onTakeTheirs(theirs)}>{t('conflict.take_theirs')}</Button>
        <Button variant="primary" busy={busy} onClick={() => void keep()}>
          {t('conflict.keep_mine')}
        </Button>
      </DialogActions>
    </>
  )
}
