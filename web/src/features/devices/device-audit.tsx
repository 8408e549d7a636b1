import { History } from 'lucide-react'
import { parseAsString, useQueryState } from 'nuqs'
import { useTranslation } from 'react-i18next'
import { Link } from 'react-router'
import { AuditDrawer } from '@/features/audit/audit-drawer'
import { useAuditColumns } from '@/features/audit/columns'
import { useActionName } from '@/lib/action-name'
import { auditList } from '@/features/audit/queries'
import { DataTable } from '@/kit/data-table/data-table'
import { EmptyState } from '@/kit/empty-state'
import { useList } from '@/lib/list'
import { Button } from '@/ui/button'
import { Card } from '@/ui/card'

/** What was done to the device, its keys and its commands, and by whom. */
export default function DeviceAudit({ deviceId }: { deviceId: string }) {
  const { t } = useTranslation()
  const actionName = useActionName()
  const [openId, setOpenId] = useQueryState('entry', parseAsString.withOptions({ history: 'push' }))
  const list = useList(auditList({ device_id: deviceId }))
  const { rows, query } = list
  return (
    <div className="space-y-3">
      <Button asChild>
        <Link to={`/settings/audit?entity=${deviceId}`}>{t('devices.open_in_audit')}</Link>
      </Button>
      <Card className="flex max-h-[68vh] flex-col overflow-hidden">
        <DataTable
          label={t('devices.tab.audit')}
          rowLabel={(entry) => actionName(entry.action)}
          list={list}
          columns={useAuditColumns()}
          onOpen={(entry) => void setOpenId(entry.id)}
          openId={openId}
          empty={<EmptyState icon={History} title={t('settings.audit.none')} />}
        />
        <AuditDrawer
          id={openId}
          entry={rows.find((entry) => entry.id === openId)}
          pending={query.isPending}
          onClose={() => void setOpenId(null)}
        />
      </Card>
    </div>
  )
}
