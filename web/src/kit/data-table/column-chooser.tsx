import { parseAsArrayOf, parseAsString, parseAsStringLiteral, useQueryState } from 'nuqs'
import { Rows3, Rows4, SlidersHorizontal } from 'lucide-react'
import { useTranslation } from 'react-i18next'
import { type Density, densities, usePreferences } from '@/lib/preferences'
import { Button } from '@/ui/button'
import { Menu, MenuCheckboxItem, MenuContent, MenuItem, MenuLabel, MenuSeparator, MenuTrigger } from '@/ui/menu'
import type { TableColumn } from './types'

/** Which columns are shown: in the URL where it differs from what the page proposes. */
export function useColumnChoice<Row>(columns: readonly TableColumn<Row>[]) {
  const [chosen, setChosen] = useQueryState('columns', parseAsArrayOf(parseAsString))
  const proposed = columns.filter((column) => column.choice !== 'hidden').map((column) => column.id)
  const shown = new Set(chosen ?? proposed)
  for (const column of columns) if (column.choice === 'locked') shown.add(column.id)
  const toggle = (id: string, visible: boolean) => {
    const next = columns.map((column) => column.id).filter((other) => (other === id ? visible : shown.has(other)))
    void setChosen(next.join() === proposed.join() ? null : next)
  }
  return { shown, toggle, reset: chosen ? () => void setChosen(null) : null }
}

/** How high rows are: as the address (a saved view) has it, else as this person last chose. */
export function useDensity() {
  const [inAddress, setInAddress] = useQueryState('density', parseAsStringLiteral(densities))
  const { density: preferred, setDensity: prefer } = usePreferences()
  const choose = (density: Density) => {
    prefer(density)
    if (inAddress) void setInAddress(density)
  }
  return { density: inAddress ?? preferred, choose }
}

export function TableOptions<Row>({ columns }: { columns: readonly TableColumn<Row>[] }) {
  const { t } = useTranslation()
  const { density, choose } = useDensity()
  const { shown, toggle, reset } = useColumnChoice(columns)
  return (
    <Menu>
      <MenuTrigger asChild>
        <Button size="icon" aria-label={t('table.options')}>
          <SlidersHorizontal aria-hidden />
        </Button>
      </MenuTrigger>
      <MenuContent>
        <MenuLabel>{t('table.columns')}</MenuLabel>
        {columns
          .filter((column) => column.choice !== 'locked')
          .map((column) => (
            <MenuCheckboxItem
              key={column.id}
              checked={shown.has(column.id)}
              onCheckedChange={(visible) => toggle(column.id, visible)}
              onSelect={(event) => event.preventDefault()}
            >
              {column.header}
            </MenuCheckboxItem>
          ))}
        {reset && <MenuItem onSelect={reset}>{t('table.reset_columns')}</MenuItem>}
        <MenuSeparator />
        <MenuItem onSelect={() => choose(density === 'dense' ? 'relaxed' : 'dense')}>
          {density === 'dense' ? <Rows3 aria-hidden /> : <Rows4 aria-hidden />}
          {density === 'dense' ? t('table.relaxed') : t('table.dense')}
        </MenuItem>
      </MenuContent>
    </Menu>
  )
}
