import { Check, Copy } from 'lucide-react'
import { useState } from 'react'
import { useTranslation } from 'react-i18next'
import { notify } from '@/lib/notify'
import { Button } from '@/ui/button'

export function CopyButton({ text, label, withText = false }: { text: string; label?: string; withText?: boolean }) {
  const { t } = useTranslation()
  const [copied, setCopied] = useState(false)
  const copy = async () => {
    try {
      await navigator.clipboard.writeText(text)
      setCopied(true)
      setTimeout(() => setCopied(false), 1_600)
    } catch {
      notify.error(t('error.clipboard'))
    }
  }
  const Icon = copied ? Check : Copy
  const name = copied ? t('action.copied') : (label ?? t('action.copy'))
  return (
    <Button
      variant={withText ? 'secondary' : 'quiet'}
      size={withText ? 'small' : 'iconSmall'}
      onClick={() => void copy()}
      aria-label={name}
    >
      <Icon className={copied ? 'text-positive size-3.5!' : 'size-3.5!'} aria-hidden />
      {withText && name}
      <span role="status" className="sr-only">
        {copied ? t('action.copied') : ''}
      </span>
    </Button>
  )
}
