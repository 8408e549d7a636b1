import { Download, ShieldAlert } from 'lucide-react'
import { useTranslation } from 'react-i18next'
import { CopyButton } from '@/kit/copy-button'
import { Button } from '@/ui/button'
import { DialogActions } from '@/ui/dialog'

export function RecoveryCodes({ codes, onDone }: { codes: string[]; onDone: () => void }) {
  const { t } = useTranslation()
  const text = `${codes.join('\n')}\n`
  return (
    <div className="space-y-3">
      <ol
        aria-label={t('account.mfa.recovery_title')}
        className="border-border bg-sunken space-y-1 rounded-md border px-3 py-2 font-mono text-sm select-text"
      >
        {codes.map((code) => (
          <li key={code}>{code}</li>
        ))}
      </ol>
      <p className="text-medium flex items-start gap-1.5 text-xs">
        <ShieldAlert className="mt-0.5 size-3.5 shrink-0" aria-hidden />
        {t('secret.once')}
      </p>
      <div className="flex flex-wrap gap-2">
        <CopyButton text={text} label={t('account.mfa.copy_codes')} withText />
        <Button size="small" asChild>
          <a href={`data:text/plain;charset=utf-8,${encodeURIComponent(text)}`} download="monozu-recovery-codes.txt">
            <Download className="size-3.5!" aria-hidden />
            {t('account.mfa.save_codes')}
          </a>
        </Button>
      </div>
      <DialogActions>
        <Button variant="primary" onClick={onDone}>
          {t('account.mfa.codes_kept')}
        </Button>
      </DialogActions>
    </div>
  )
}
