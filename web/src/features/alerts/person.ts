import { useCallback } from 'react'
import { useTranslation } from 'react-i18next'
import type { Alert } from './queries'

type Person = NonNullable<Alert['acknowledged_by']>

/** Somebody by name, or as a member of before; of staff of the platform also that they are. */
export function usePersonName(): (person: Person) => string {
  const { t } = useTranslation()
  return useCallback(({ name, is_staff }) => (is_staff && name ? t('alerts.staff', { name }) : (name ?? t('alerts.former'))), [t])
}
