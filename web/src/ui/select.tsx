import { Check, ChevronDown } from 'lucide-react'
import { Select as Primitive } from 'radix-ui'
import { classNames } from '@/lib/class-names'
import { inputClasses } from './input'
import { floatingClasses } from './menu'

export type Option<Value extends string = string> = { value: Value; label: string; depth?: number; hint?: string }

type SelectProps<Value extends string> = {
  id?: string
  value: Value
  onValueChange: (value: Value) => void
  options: readonly Option<Value>[]
  placeholder?: string
  disabled?: boolean
  className?: string
  'aria-label'?: string
  'aria-invalid'?: boolean
  'aria-describedby'?: string
}

// Radix keeps the empty string for "nothing chosen", so that an option may not have it as its value.
const nothing = '\u0000'

export function Select<Value extends string>({
  value,
  onValueChange,
  options,
  placeholder,
  disabled,
  className,
  ...rest
}: SelectProps<Value>) {
  const choose = (chosen: string) => {
    const option = options.find((candidate) => (candidate.value || nothing) === chosen)
    if (option) onValueChange(option.value)
  }
  return (
    <Primitive.Root value={value || nothing} onValueChange={choose} disabled={disabled}>
      <Primitive.Trigger className={classNames(inputClasses, 'flex items-center gap-2 text-left', className)} {...rest}>
        <span className="min-w-0 flex-1 truncate">
          <Primitive.Value placeholder={placeholder} />
        </span>
        <Primitive.Icon>
          <ChevronDown className="text-muted size-4" aria-hidden />
        </Primitive.Icon>
      </Primitive.Trigger>
      <Primitive.Portal>
        <Primitive.Content
          position="popper"
          sideOffset={4}
          className={classNames(
            floatingClasses,
            'max-h-(--radix-select-content-available-height) min-w-(--radix-select-trigger-width) overflow-hidden',
          )}
        >
          <Primitive.Viewport>
            {options.map((option) => (
              <Primitive.Item
                key={option.value || nothing}
                value={option.value || nothing}
                className="data-highlighted:bg-hover relative flex h-8 items-center rounded-md pr-8 pl-2 outline-none select-none"
              >
                {option.depth ? <span aria-hidden>{'\u2003'.repeat(option.depth)}</span> : null}
                <Primitive.ItemText>{option.label}</Primitive.ItemText>
                <Primitive.ItemIndicator className="absolute right-2">
                  <Check className="size-4" aria-hidden />
                </Primitive.ItemIndicator>
              </Primitive.Item>
            ))}
          </Primitive.Viewport>
        </Primitive.Content>
      </Primitive.Portal>
    </Primitive.Root>
  )
}
