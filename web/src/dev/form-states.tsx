import { Field, ProblemNote } from '@/kit/form'
import { SearchedSelect } from '@/kit/searched-select'
import { Secret } from '@/kit/secret'
import { Problem } from '@/lib/problem'
import { Input, TextArea } from '@/ui/input'
import { Select } from '@/ui/select'
import { refusal } from './refusal'
import { State } from './section'

export function FormStates() {
  return (
    <>
      <State name="fields">
        <div className="space-y-3">
          <Field label="Name" required hint="As it is shown in lists.">
            {(control) => <Input {...control} defaultValue="edge-1" />}
          </Field>
          <Field label="Name" required error="is required">
            {(control) => <Input {...control} />}
          </Field>
          <Field label="Disabled">{(control) => <Input {...control} disabled defaultValue="cannot be changed" />}</Field>
          <Field label="Comment">{(control) => <TextArea {...control} />}</Field>
          <Field label="Unit" required>
            {(control) => (
              <Select
                {...control}
                value="turin"
                onValueChange={() => undefined}
                options={[
                  { value: 'acme', label: 'Acme' },
                  { value: 'turin', label: 'Plant Turin', depth: 1 },
                ]}
              />
            )}
          </Field>
          <Field label="Site">
            {(control) => (
              <SearchedSelect
                {...control}
                label="Site"
                value="hall"
                text="Hall 3"
                none="No site"
                offer={{ options: [{ value: 'hall', label: 'Hall 3' }], answered: '', onMore: () => undefined }}
                onText={() => undefined}
                onValueChange={() => undefined}
              />
            )}
          </Field>
        </div>
      </State>
      <State name="refused by the server">
        <ProblemNote error={refusal} />
        <ProblemNote error={new Problem({ status: 0, word: 'network', detail: '' })} />
      </State>
      <State name="secret">
        <Secret label="Example key" value={`mzp_${'0123456789'.repeat(6)}`} />
      </State>
    </>
  )
}
