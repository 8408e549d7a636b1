import { DoorOpen } from 'lucide-react'
import { useState } from 'react'
import { useTranslation } from 'react-i18next'
import { Button } from '@/ui/button'
import { DecisionDialog } from './decision-dialog'

export function OffboardButton({ tenant }: { tenant: { id: string; name: string } }) {
  const { t } = useTranslation()
  const [open, setOpen] = useState(false)
  return (
    <>
      <Button variant="danger" onClick={() => setOpen(true)}>
        <DoorOpen aria-hidden />
        {t('management.offboarding.do.offboard')}
      </Button>
      <DecisionDialog tenant={tenant} decision={open ? 'offboard' : null} onClose={() => setOpen(false)} />
    </>
  )
}
