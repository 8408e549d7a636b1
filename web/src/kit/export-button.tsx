import { Download } from 'lucide-react'
import { useState } from 'react'
import { useTranslation } from 'react-i18next'
import { fetchAuthorized } from '@/lib/api'
import { formatBytes } from '@/lib/format'
import { notify } from '@/lib/notify'
import { problemFrom } from '@/lib/problem'
import { Button } from '@/ui/button'

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

type ExportButtonProps = { path: string; create: () => Promise<{ id: string }>; hint?: string }

/** The list as it is filtered, as a file: asked for first, so that both are in the audit log, then downloaded from `path`. */
export function ExportButton({ path, create, hint }: ExportButtonProps) {
  const { t } = useTranslation()
  const [bytes, setBytes] = useState<number | null>(null)
  const save = async () => {
    setBytes(0)
    try {
      const { id } = await create()
      const reply = await fetchAuthorized(`${path}/${id}`)
      if (!reply.ok) throw problemFrom(reply.status, await reply.json(), reply)
      const url = URL.createObjectURL(await read(reply, setBytes))
      const name = reply.headers.get('content-disposition')?.match(/filename="([^"]+)"/)?.[1] ?? 'export.csv'
      Object.assign(document.createElement('a'), { href: url, download: name }).click()
      setTimeout(() => URL.revokeObjectURL(url), 60_000)
      notify.success(t('export.done'))
    } catch {
      notify.error(t('export.failed'))
    } finally {
      setBytes(null)
    }
  }
  return (
    <Button className="max-sm:w-8 max-sm:px-0" busy={bytes !== null} onClick={() => void save()} title={hint ?? t('export.hint')}>
      {bytes === null && <Download aria-hidden />}
      <span className="max-sm:sr-only">{bytes ? t('export.running', { size: formatBytes(bytes) }) : t('export.label')}</span>
    </Button>
  )
}
