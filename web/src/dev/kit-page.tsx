import { PageHeader } from '@/kit/page-header'
import { chooseLanguage, i18next, languages } from '@/lib/i18n'
import { chooseTheme, themes, useTheme } from '@/lib/theme'
import { Button } from '@/ui/button'
import { ChartStates } from './chart-states'
import { DialogStates } from './dialog-states'
import { FilterStates } from './filter-states'
import { FormStates } from './form-states'
import { MessageStates } from './message-states'
import { Section } from './section'
import { TableStates } from './table-states'
import { WaitingStates } from './waiting-states'
import { WordStates } from './word-states'

/** Every piece of the kit in every state it has: to be looked at, and to be held against axe in both themes. */
export function KitPage() {
  const theme = useTheme((state) => state.choice)
  return (
    <main className="bg-background min-h-full space-y-8 p-4 sm:p-6">
      <PageHeader title="Kit" description="Every piece of the console in every state. The rows and words are examples.">
        {themes.map((name) => (
          <Button key={name} size="small" aria-pressed={name === theme} onClick={() => chooseTheme(name)}>
            {name}
          </Button>
        ))}
        {languages.map((name) => (
          <Button key={name} size="small" aria-pressed={name === i18next.resolvedLanguage} onClick={() => void chooseLanguage(name)}>
            {name}
          </Button>
        ))}
      </PageHeader>
      <Section title="Words and buttons">
        <WordStates />
      </Section>
      <Section title="Tables">
        <TableStates />
      </Section>
      <Section title="Filters">
        <FilterStates />
      </Section>
      <Section title="Forms">
        <FormStates />
      </Section>
      <Section title="Dialogs, drawers and notifications">
        <DialogStates />
      </Section>
      <Section title="Waiting">
        <WaitingStates />
      </Section>
      <Section title="Nothing, failure and differences">
        <MessageStates />
      </Section>
      <Section title="Charts">
        <ChartStates />
      </Section>
    </main>
  )
}
