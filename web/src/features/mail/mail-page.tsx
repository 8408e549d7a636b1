import { CircleAlert, CircleCheck, Hourglass, Inbox, Mail as MailIcon } from 'lucide-react'
import { parseAsString, useQueryState } from 'nuqs'
import { useMemo } from 'react'
import { useTranslation } from 'react-i18next'
import { DataTable } from '@/kit/data-table/data-table'
import { ListPage } from '@/kit/data-table/list-frame'
import type { TableColumn } from '@/kit/data-table/types'
import { EmptyState } from '@/kit/empty-state'
import { PageHeader } from '@/kit/page-header'
import { RelativeTime } from '@/kit/relative-time'
import { Status } from '@/kit/status'
import { useList } from '@/lib/list'
import { Dialog, DialogContent } from '@/ui/dialog'
import { type Mail, mailList } from './queries'

const looks = {
  queued: { tone: 'neutral', icon: Hourglass },
  sent: { tone: 'positive', icon: CircleCheck },
  kept: { tone: 'neutral', icon: Inbox },
  failed: { tone: 'critical', icon: CircleAlert },
} as const

/** The outbox: for who sets mail up, and for developers, whose mail goes nowhere else. */
export function MailPage() {
  const { t } = useTranslation()
  const [openId, setOpenId] = useQueryState('mail', parseAsString.withOptions({ history: 'push' }))
  const list = useList(mailList)
  const { rows } = list
  const columns = useMemo<TableColumn<Mail>[]>(
    () => [
      { id: 'recipient', header: t('settings.mail.recipient'), choice: 'locked', cell: (mail) => mail.recipient },
      { id: 'kind', header: t('settings.mail.kind'), from: 'md', cell: (mail) => <code className="font-mono text-xs">{mail.kind}</code> },
      {
        id: 'state',
        header: t('settings.mail.state'),
        width: 150,
        cell: (mail) => <Status {...looks[mail.state]}>{t(`settings.mail.${mail.state}`)}</Status>,
      },
      { id: 'reason', header: t('settings.mail.reason'), from: 'lg', cell: (mail) => mail.reason ?? '—' },
      { id: 'at', header: t('settings.mail.at'), width: 130, cell: (mail) => <RelativeTime at={mail.created_at} /> },
    ],
    [t],
  )
  const open = rows.find((mail) => mail.id === openId)
  return (
    <ListPage
      header={
        <PageHeader
          title={t('settings.mail.title')}
          crumbs={[{ label: t('nav.settings'), to: '/settings' }]}
          description={t('settings.mail.description')}
        />
      }
    >
      <DataTable
        label={t('settings.mail.title')}
        rowLabel={(mail) => mail.recipient}
        list={list}
        columns={columns}
        onOpen={(mail) => void setOpenId(mail.id)}
        openId={openId}
        empty={<EmptyState icon={MailIcon} title={t('settings.mail.none')} />}
      />
      <Dialog open={open !== undefined} onOpenChange={(next) => !next && void setOpenId(null)}>
        <DialogContent width="medium" title={open?.subject ?? t('settings.mail.one')} description={open?.recipient}>
          <pre className="text-sm break-words whitespace-pre-wrap">{open?.text ?? t('settings.mail.text_gone')}</pre>
        </DialogContent>
      </Dialog>
    </ListPage>
  )
}
