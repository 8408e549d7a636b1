import { ToggleGroup } from 'radix-ui'

type SegmentsProps<Value extends string> = {
  label: string
  value: Value
  onChange: (value: Value) => void
  /** `name` is read where the label is only a sign. */
  options: readonly { value: Value; label: string; name?: string }[]
}

/** A choice of which all parts are seen: one of them holds. */
export function Segments<Value extends string>({ label, value, onChange, options }: SegmentsProps<Value>) {
  const choose = (chosen: string) => {
    const option = options.find((candidate) => candidate.value === chosen)
    if (option) onChange(option.value)
  }
  return (
    <ToggleGroup.Root
      type="single"
      value={value}
      onValueChange={choose}
      aria-label={label}
      className="border-border bg-surface shadow-raised inline-flex rounded-md border p-0.5"
    >
      {options.map((option) => (
        <ToggleGroup.Item
          key={option.value}
          value={option.value}
          aria-label={option.name}
          className="text-muted hover:text-text data-[state=on]:bg-accent-soft data-[state=on]:text-accent-text h-6.5 rounded px-2 text-xs font-medium"
        >
          {option.label}
        </ToggleGroup.Item>
      ))}
    </ToggleGroup.Root>
  )
}
