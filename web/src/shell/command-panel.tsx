import { Command } from 'cmdk'
import { CornerDownLeft, type LucideIcon } from 'lucide-react'
import { Dialog as Primitive } from 'radix-ui'
import { type ReactNode, useCallback, useState } from 'react'
import { hasWords } from '@/lib/words'
import { overlayClasses } from '@/ui/dialog'

type CommandPanelProps = {
  title: string
  placeholder: string
  text: string
  onText: (text: string) => void
  /** Said where nothing is left. */
  nothing: string
  onClose: () => void
  children: ReactNode
}

const matches = (_value: string, typed: string, texts?: string[]) => (hasWords(texts?.join(' ') ?? '', typed) ? 1 : 0)

const valueOf = (item: Element) => item.getAttribute('data-value') ?? ''

/** What Enter takes: the first, unless another was chosen. Where the chosen one goes together with others, as when the server found less, the library forgets to choose anew. */
function useChosen() {
  const [chosen, choose] = useState('')
  const list = useCallback((element: HTMLDivElement) => {
    const observer = new MutationObserver(() => {
      const items = [...element.querySelectorAll('[cmdk-item]')]
      if (!items.some((item) => item.ariaSelected === 'true') && items[0]) choose(valueOf(items[0]))
    })
    observer.observe(element, { childList: true, subtree: true })
    return () => observer.disconnect()
  }, [])
  return { list, chosen, choose }
}

/** A list over the page that is typed into: the palette, and the choice of a place. */
export function CommandPanel({ title, placeholder, text, onText, nothing, onClose, children }: CommandPanelProps) {
  const { list, chosen, choose } = useChosen()
  return (
    <Primitive.Root open onOpenChange={(open) => !open && onClose()}>
      <Primitive.Portal>
        <Primitive.Overlay className={overlayClasses} />
        <Primitive.Content
          aria-describedby={undefined}
          className="border-border bg-surface shadow-floating data-[state=open]:animate-rise-in fixed inset-x-3 top-[12vh] z-50 mx-auto max-w-xl overflow-hidden rounded-xl border"
        >
          <Primitive.Title className="sr-only">{title}</Primitive.Title>
          <Command label={title} filter={matches} value={chosen} onValueChange={choose} loop>
            <Command.Input
              value={text}
              onValueChange={onText}
              placeholder={placeholder}
              className="border-border placeholder:text-muted h-12 w-full border-b bg-transparent px-4 text-base outline-none"
            />
            <Command.List ref={list} className="thin-scrollbar max-h-[min(26rem,60vh)] overflow-y-auto p-1.5">
              <Command.Empty className="text-muted px-4 py-8 text-center">{nothing}</Command.Empty>
              {children}
            </Command.List>
          </Command>
        </Primitive.Content>
      </Primitive.Portal>
    </Primitive.Root>
  )
}

export function CommandGroup({ heading, children }: { heading: string; children: ReactNode }) {
  return (
    <Command.Group
      heading={heading}
      className="[&_[cmdk-group-heading]]:text-muted [&_[cmdk-group-heading]]:px-2 [&_[cmdk-group-heading]]:py-1.5 [&_[cmdk-group-heading]]:text-xs [&_[cmdk-group-heading]]:font-medium"
    >
      {children}
    </Command.Group>
  )
}

type CommandItemProps = {
  id?: string
  search?: string
  icon: LucideIcon
  text: string
  hint?: string
  depth?: number
  current?: boolean
  onSelect: () => void
}

export function CommandItem({ id, search, icon: Icon, text, hint, depth = 0, current, onSelect }: CommandItemProps) {
  return (
    // What the server found stays, though its words may not match ours: the search text is one of its keywords, which the library reads once.
    <Command.Item
      key={search}
      value={id ?? text}
      keywords={[text, hint ?? '', search ?? '']}
      onSelect={onSelect}
      aria-current={current || undefined}
      className="group data-[selected=true]:bg-hover aria-[current]:text-accent-text flex h-9 cursor-pointer items-center gap-2.5 rounded-md px-2 aria-[current]:font-medium"
    >
      {depth > 0 && <span aria-hidden style={{ width: depth * 14 }} />}
      <Icon className="text-muted size-4 shrink-0" aria-hidden />
      <span className="truncate">{text}</span>
      {hint && <span className="text-muted truncate text-xs">{hint}</span>}
      <CornerDownLeft className="text-muted ml-auto size-3.5 shrink-0 opacity-0 group-data-[selected=true]:opacity-100" aria-hidden />
    </Command.Item>
  )
}
