import { useState } from 'react'
import { useTranslation } from 'react-i18next'
import { Field } from '@/kit/form'
import { SearchedSelect } from '@/kit/searched-select'
import { useCan } from '@/lib/me'
import { useSiteOffer } from './use-site-offer'

type SiteSelectProps = { value: string; org_unit_id: string; onChange: (id: string) => void; disabled?: boolean; error?: string }

/** Where something of a unit stands. */
export function SiteSelect({ value, org_unit_id, onChange, disabled, error }: SiteSelectProps) {
  const { t } = useTranslation()
  const can = useCan()
  const [text, setText] = useState('')
  const { chosen, ...offer } = useSiteOffer(value ? [value] : [], text, org_unit_id)
  return (
    <Field label={t('devices.site')} error={error}>
      {(control) => (
        <SearchedSelect
          {...control}
          label={t('devices.site')}
          value={value}
          text={chosen[0]?.label ?? ''}
          offer={offer}
          onText={setText}
          onValueChange={onChange}
          disabled={disabled || !org_unit_id || !can('sites.read')}
          none={t('devices.no_site')}
        />
      )}
    </Field>
  )
}
