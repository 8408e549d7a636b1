import { Lock } from 'lucide-react'
import { useTranslation } from 'react-i18next'
import { EmptyState } from '@/kit/empty-state'
import { SideNavigation } from '@/kit/side-navigation'
import { useMe } from '@/lib/me'
import { LeadOn } from '@/shell/lead-on'
import { useSettingsPages } from '@/shell/navigation'

export function SettingsLayout() {
  const { t } = useTranslation()
  return <SideNavigation label={t('nav.settings')} pages={useSettingsPages().map((page) => ({ to: page.to, label: t(page.label) }))} />
}

export function SettingsIndex() {
  const { t } = useTranslation()
  const { tenant } = useMe()
  const [first] = useSettingsPages()
  if (first) return <LeadOn to={first.to} />
  return <EmptyState icon={Lock} title={t('error.forbidden_title')} description={t('error.ask_administrator', { tenant: tenant.name })} />
}
