import { ShieldCheck } from 'lucide-react'
import { useTranslation } from 'react-i18next'
import { Link, useNavigate } from 'react-router'
import { useAlertColumns } from '@/features/alerts/columns'
import { alertList } from '@/features/alerts/queries'
import { DataTable } from '@/kit/data-table/data-table'
import { EmptyState } from '@/kit/empty-state'
import { useList } from '@/lib/list'
import { Button } from '@/ui/button'
import { Card } from '@/ui/card'

export default function DeviceAlerts({ deviceId }: { deviceId: string }) {
  const { t } = useTranslation()
  const navigate = useNavigate()
  const list = useList(alertList({ device_id: deviceId }))
  const columns = useAlertColumns({ withDevice: false })
  return (
    <div className="space-y-3">
      <Button asChild>
        <Link to={`/alerts?status=all&device=${deviceId}`}>{t('devices.open_in_alerts')}</Link>
      </Button>
      <Card className="flex max-h-[68vh] flex-col overflow-hidden">
        <DataTable
          label={t('devices.tab.alerts')}
          rowLabel={(alert) => alert.title}
          list={list}
          columns={columns}
          onOpen={(alert) => void navigate(`/alerts?status=all&device=${deviceId}&alert=${alert.id}`)}
          empty={<EmptyState icon={ShieldCheck} title={t('alerts.none')} description={t('alerts.none_device')} />}
        />
      </Card>
    </div>
  )
}
