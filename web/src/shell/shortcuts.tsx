import { useTranslation } from 'react-i18next'
import { useDestinations, useSettingsPages } from './navigation'
import { ShortcutPanel } from './shortcut-panel'

export default function Shortcuts({ onClose }: { onClose: () => void }) {
  const { t } = useTranslation()
  const places = [...useDestinations(), ...useSettingsPages()].map(({ key, label }) => ({ key, what: t(label) }))
  const ofLists = [
    { keys: ['x'], what: t('shortcuts.select') },
    { keys: ['Esc'], what: t('shortcuts.clear') },
    { keys: ['a'], what: t('shortcuts.acknowledge') },
    { keys: ['m'], what: t('shortcuts.assign') },
    { keys: ['e'], what: t('shortcuts.close') },
  ]
  return <ShortcutPanel places={places} ofLists={ofLists} onClose={onClose} />
}
