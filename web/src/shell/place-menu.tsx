import { Building2, ChevronsUpDown } from 'lucide-react'
import { Suspense, useEffect, useState } from 'react'
import { useTranslation } from 'react-i18next'
import { useLocation } from 'react-router'
import { useOrgUnits } from '@/features/org-units/queries'
import { later } from '@/lib/later'
import { useMe } from '@/lib/me'
import { isNarrowed, unitOf, useUnit } from '@/lib/unit'

const load = () => import('./place-list')
const PlaceList = later(load)

/** Where one is: the organization, and the unit the lists are narrowed to. Opens what there is to choose from. */
export function PlaceMenu() {
  const { t } = useTranslation()
  const { tenant } = useMe()
  const { nameOf } = useOrgUnits()
  const { pathname, search } = useLocation()
  const [open, setOpen] = useState(false)
  const here = isNarrowed(pathname) ? unitOf(search) : undefined
  useEffect(() => {
    if (here !== undefined) useUnit.setState({ id: here })
  }, [here])
  const id = useUnit((state) => state.id)
  const unit = nameOf(id)
  return (
    <>
      <button
        type="button"
        aria-haspopup="dialog"
        aria-label={t('place.button', { place: unit ? `${tenant.name}, ${unit}` : tenant.name })}
        onPointerEnter={() => void load()}
        onClick={() => setOpen(true)}
        className="hover:bg-hover flex h-8 min-w-0 items-center gap-1.5 rounded-md px-2 font-medium"
      >
        <Building2 className="text-muted size-4 shrink-0 max-sm:hidden" aria-hidden />
        <span className={unit ? 'truncate max-sm:hidden' : 'truncate'}>{tenant.name}</span>
        {unit && (
          <>
            <span className="text-muted max-sm:hidden" aria-hidden>
              /
            </span>
            <span className="text-accent-text truncate">{unit}</span>
          </>
        )}
        <ChevronsUpDown className="text-muted size-3.5 shrink-0" aria-hidden />
      </button>
      <Suspense>{open && <PlaceList current={id} onClose={() => setOpen(false)} />}</Suspense>
    </>
  )
}
