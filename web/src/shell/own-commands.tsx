import { LogOut, Moon, Sun } from 'lucide-react'
import { useTranslation } from 'react-i18next'
import { leaveForms } from '@/lib/begun'
import { chooseTheme, useTheme } from '@/lib/theme'
import { CommandItem } from './command-panel'

type OwnCommandsProps = {
  /** Closes the palette and does it. */
  run: (work: () => unknown) => () => void
  leave: () => unknown
}

/** What everybody may do, wherever he is. */
export function OwnCommands({ run, leave }: OwnCommandsProps) {
  const { t } = useTranslation()
  const theme = useTheme((state) => state.resolved)
  return (
    <>
      <CommandItem
        icon={theme === 'dark' ? Sun : Moon}
        text={theme === 'dark' ? t('palette.to_light') : t('palette.to_dark')}
        onSelect={run(() => chooseTheme(theme === 'dark' ? 'light' : 'dark'))}
      />
      <CommandItem icon={LogOut} text={t('shell.sign_out')} onSelect={run(() => leaveForms(leave))} />
    </>
  )
}
