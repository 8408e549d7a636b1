import { X } from 'lucide-react'
import { Dialog as Primitive } from 'radix-ui'
import type { ComponentProps, ReactNode } from 'react'
import { useTranslation } from 'react-i18next'
import { classNames } from '@/lib/class-names'
import { Closing } from './closing'
import { overlayClasses } from './dialog'

export const Sheet = (props: ComponentProps<typeof Primitive.Root>) => <Closing least={1} {...props} />

type SheetContentProps = Omit<ComponentProps<typeof Primitive.Content>, 'title'> & {
  title: ReactNode
  hiddenTitle?: boolean
  side?: 'left' | 'right'
  toolbar?: ReactNode
}

/** A panel from the side: the sidebar of a small screen, or the drawer of a list. */
export function SheetContent({ title, hiddenTitle, side = 'right', toolbar, className, children, ...rest }: SheetContentProps) {
  const { t } = useTranslation()
  const place =
    side === 'right'
      ? 'right-0 border-l w-full max-w-xl data-[state=open]:animate-slide-in'
      : 'left-0 border-r w-64 data-[state=open]:animate-slide-in-left'
  return (
    <Primitive.Portal>
      <Primitive.Overlay className={overlayClasses} />
      <Primitive.Content
        className={classNames(
          'border-border bg-surface shadow-floating fixed inset-y-0 z-50 flex flex-col focus:outline-none',
          place,
          className,
        )}
        aria-describedby={undefined}
        {...rest}
      >
        <header
          className={classNames(
            'flex items-center gap-2 px-4 py-2.5',
            hiddenTitle ? 'absolute top-0 right-0 z-10' : 'border-border border-b',
          )}
        >
          <Primitive.Title className={hiddenTitle ? 'sr-only' : 'min-w-0 flex-1 truncate text-base font-semibold'}>{title}</Primitive.Title>
          {toolbar}
          <Primitive.Close
            className="text-muted hover:bg-hover hover:text-text -mr-1.5 grid size-8 place-items-center rounded-md"
            aria-label={t('action.close')}
          >
            <X className="size-4" aria-hidden />
          </Primitive.Close>
        </header>
        <div className="thin-scrollbar min-h-0 flex-1 overflow-y-auto">{children}</div>
      </Primitive.Content>
    </Primitive.Portal>
  )
}
