import { ShieldAlert } from 'lucide-react'
import { useTranslation } from 'react-i18next'
import { CopyButton } from './copy-button'

/** A secret that the server tells once. */
export function Secret({ value, label }: { value: string; label: string }) {
  const { t } = useTranslation()
  return (
    <div className="space-y-2">
      <div className="border-border bg-sunken flex items-center gap-2 rounded-md border py-1.5 pr-1.5 pl-3">
        <code aria-label={label} className="min-w-0 flex-1 font-mono text-sm break-all select-all">
          {value}
        </code>
        <CopyButton text={value} withText />
      </div>
      <p className="text-medium flex items-start gap-1.5 text-xs">
        <ShieldAlert className="mt-0.5 size-3.5 shrink-0" aria-hidden />
        {t('secret.once')}
      </p>
    </div>
  )
}
