import { useTranslation } from 'react-i18next'
import { SideNavigation } from '@/kit/side-navigation'
import { useAccountPages } from '@/shell/navigation'
import { UnconfirmedAddress } from './unconfirmed-address'

export function AccountLayout() {
  const { t } = useTranslation()
  const pages = useAccountPages().map((page) => ({ to: page.to, label: t(page.label) }))
  return (
    <>
      <UnconfirmedAddress />
      <SideNavigation label={t('account.title')} pages={pages} />
    </>
  )
}
