import { useTranslation } from 'react-i18next'
import { ShortcutPanel } from '@/shell/shortcut-panel'
import { usePlaces } from './places'

export default function Shortcuts({ onClose }: { onClose: () => void }) {
  const { t } = useTranslation()
  const places = usePlaces().map(({ key, label }) => ({ key, what: t(label) }))
  return <ShortcutPanel places={places} ofLists={[]} onClose={onClose} />
}
