import { useTranslation } from 'react-i18next'
import { SideNavigation } from '@/kit/side-navigation'
import { useAccountPages } from '@/shell/navigation'

export function AccountLayout() {
  const { t } = useTranslation()
  return <SideNavigation label={t('account.title')} pages={useAccountPages().map((page) => ({ to: page.to, label: t(page.label) }))} />
}
