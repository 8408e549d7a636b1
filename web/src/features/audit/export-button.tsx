import { Download } from 'lucide-react'
import { useState } from 'react'
import { useTranslation } from 'react-i18next'
import { answer, api, fetchAuthorized } from '@/lib/api'
import { formatBytes } from '@/lib/format'
import { notify } from '@/lib/notify'
import { problemFrom } from '@/lib/problem'
import { Button } from '@/ui/button'
import type { AuditFilters } from './queries'

/** The whole answer, telling how many bytes have come so far. */
async function read(reply: Response, onBytes: (bytes: number) => void): Promise<Blob> {
  const parts: Uint8Array<ArrayBuffer>[] = []
  let bytes = 0
  const reader = reply.body!.getReader()
  for (let part = await reader.read(); !part.done; part = await reader.read()) {
    parts.push(part.value)
    onBytes((bytes += part.value.length))
  }
  return new Blob(parts, { type: 'text/csv' })
}

export function ExportButton({ filters }: { filters: AuditFilters }) {
  const { t } = useTranslation()
  const [bytes, setBytes] = useState<number | null>(null)
  const save = async () => {
    setBytes(0)
    try {
      // Times travel as text; the typed client knows them as Date.
      const { id } = await answer(api.audit.exports.post(filters as never))
      const reply = await fetchAuthorized(`/api/v1/audit/exports/${id}`)
      if (!reply.ok) throw problemFrom(reply.status, await reply.json(), reply)
      const url = URL.createObjectURL(await read(reply, setBytes))
      const name = reply.headers.get('content-disposition')?.match(/filename="([^"]+)"/)?.[1] ?? 'audit.csv'
      Object.assign(document.createElement('a'), { href: url, download: name }).click()
      setTimeout(() => URL.revokeObjectURL(url), 60_000)
      notify.success(t('settings.audit.exported'))
    } catch {
      notify.error(t('settings.audit.export_failed'))
    } finally {
      setBytes(null)
    }
  }
  return (
    <Button size="small" busy={bytes !== null} onClick={() => void save()}>
      <Download aria-hidden />
      {bytes ? t('settings.audit.exporting', { size: formatBytes(bytes) }) : t('settings.audit.export')}
    </Button>
  )
}
