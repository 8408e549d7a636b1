import { useTranslation } from 'react-i18next'
import { OwnPlaces } from '@/shell/own-places'
import { SideBar } from '@/shell/side-bar'
import { usePlaces } from './places'

export function Sidebar({ onNavigate }: { onNavigate?: () => void }) {
  const { t } = useTranslation()
  const places = usePlaces().map(({ to, label, icon }) => ({ to, label: t(label), icon }))
  return (
    <SideBar plane={t('management.name')} places={places} onNavigate={onNavigate}>
      <OwnPlaces onNavigate={onNavigate} />
    </SideBar>
  )
}
