import { useTranslation } from 'react-i18next'
import { SideNavigation } from '@/kit/side-navigation'
import { accountPages } from '@/shell/navigation'

export function AccountLayout() {
  const { t } = useTranslation()
  return <SideNavigation label={t('account.title')} pages={accountPages.map((page) => ({ to: page.to, label: t(page.label) }))} />
}
