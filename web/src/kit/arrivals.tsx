import { ArrowUp } from 'lucide-react'
import { useTranslation } from 'react-i18next'
import { formatNumber } from '@/lib/format'
import { mostCounted } from '@/lib/page'

/** Says that rows came which are not shown yet; a press lets them in. */
export function Arrivals({ count, onShow }: { count: number; onShow: () => void }) {
  const { t } = useTranslation()
  const formatted = count < mostCounted ? formatNumber(count) : `${formatNumber(mostCounted - 1)}+`
  return (
    <div role="status" className="pointer-events-none absolute inset-x-0 top-10 z-20 flex justify-center">
      {count > 0 && (
        <button
          type="button"
          onClick={onShow}
          className="bg-accent text-accent-contrast shadow-floating animate-rise-in pointer-events-auto flex h-7 items-center gap-1.5 rounded-full px-3 text-xs font-medium"
        >
          <ArrowUp className="size-3.5" aria-hidden />
          {t('table.arrived', { formatted })}
        </button>
      )}
    </div>
  )
}
