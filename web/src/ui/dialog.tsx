import { X } from 'lucide-react'
import { Dialog as Primitive } from 'radix-ui'
import type { ComponentProps, ReactNode } from 'react'
import { useTranslation } from 'react-i18next'
import { classNames } from '@/lib/class-names'
import { Closing } from './closing'

export { DialogClose } from './closing'

/** What is a field long is typed again in a moment, and not asked about. */
export const Dialog = (props: ComponentProps<typeof Primitive.Root>) => <Closing least={2} {...props} />

/** It dims and no more: what blurs is computed for the whole window with each frame, by the processor where no graphics card does. */
export const overlayClasses = 'bg-overlay data-[state=open]:animate-fade-in fixed inset-0 z-40'

type DialogContentProps = Omit<ComponentProps<typeof Primitive.Content>, 'title'> & {
  /** For content without anything to focus: the arrows then scroll it. */
  scrollable?: boolean
  title: ReactNode
  description?: ReactNode
  width?: 'narrow' | 'medium' | 'wide'
  /** Without it the dialog closes only by what is inside. */
  dismissable?: boolean
  /** Nothing else is to be seen, nor what another dialog shows. */
  covers?: boolean
}

/** The first field, where there is one, rather than the button that closes. */
function focusFirstField(event: Event): void {
  const content = event.target instanceof HTMLElement ? event.target : null
  const field = content?.querySelector<HTMLElement>('input:not([readonly], [type="hidden"]), textarea')
  if (!field) return
  event.preventDefault()
  field.focus()
}

const widths = { narrow: 'max-w-md', medium: 'max-w-xl', wide: 'max-w-3xl' }

export function DialogContent({
  title,
  description,
  width = 'narrow',
  dismissable = true,
  scrollable = false,
  covers = false,
  className,
  children,
  ...rest
}: DialogContentProps) {
  const { t } = useTranslation()
  const stay = (event: Event) => {
    if (!dismissable) event.preventDefault()
  }
  return (
    <Primitive.Portal>
      <Primitive.Overlay className={classNames(overlayClasses, covers && 'bg-background z-50')} />
      <Primitive.Content
        className={classNames(
          'border-border bg-surface shadow-floating data-[state=open]:animate-rise-in fixed inset-x-3 top-[max(1rem,8vh)] z-50 mx-auto flex max-h-[84vh] flex-col rounded-xl border focus:outline-none',
          widths[width],
          className,
        )}
        {...(description ? {} : { 'aria-describedby': undefined })}
        onOpenAutoFocus={focusFirstField}
        onEscapeKeyDown={stay}
        onPointerDownOutside={stay}
        onInteractOutside={stay}
        {...rest}
      >
        <header className="flex items-start gap-3 px-5 pt-4 pb-3">
          <div className="min-w-0 flex-1">
            <Primitive.Title className="text-base font-semibold">{title}</Primitive.Title>
            {description && <Primitive.Description className="text-muted mt-0.5">{description}</Primitive.Description>}
          </div>
          {dismissable && (
            <Primitive.Close
              className="text-muted hover:bg-hover hover:text-text -mt-1 -mr-2 grid size-8 place-items-center rounded-md"
              aria-label={t('action.close')}
            >
              <X className="size-4" aria-hidden />
            </Primitive.Close>
          )}
        </header>
        <div tabIndex={scrollable ? 0 : undefined} className="thin-scrollbar min-h-0 flex-1 overflow-y-auto px-5 pb-5">
          {children}
        </div>
      </Primitive.Content>
    </Primitive.Portal>
  )
}

/** The row of buttons at the end of a dialog; it stays in sight while the content scrolls. */
export function DialogActions({ children }: { children: ReactNode }) {
  return (
    <div className="border-border bg-surface sticky -bottom-5 -mx-5 mt-5 -mb-5 flex flex-wrap justify-end gap-2 rounded-b-xl border-t px-5 py-3">
      {children}
    </div>
  )
}
