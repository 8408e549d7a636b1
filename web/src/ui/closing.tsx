import { Dialog as Primitive, Slot } from 'radix-ui'
import { type ComponentProps, createContext, type ReactNode, useContext, useState } from 'react'
import { FormPlaceContext, leaveForms } from '@/lib/begun'

const CloseContext = createContext(() => {})

/** A dialog or a drawer: closed by a key, by the cross or by a press beside it, it asks first where at least so many fields were changed in it. */
export function Closing({ least, onOpenChange, ...rest }: ComponentProps<typeof Primitive.Root> & { least: number }) {
  const [place] = useState({ least })
  const close = () => onOpenChange?.(false)
  return (
    <FormPlaceContext value={place}>
      <CloseContext value={close}>
        <Primitive.Root {...rest} onOpenChange={(open) => (open ? onOpenChange?.(true) : leaveForms(close, place))} />
      </CloseContext>
    </FormPlaceContext>
  )
}

/** Makes a button close the dialog around it, as it says: nothing is asked. */
export function DialogClose({ children }: { children: ReactNode }) {
  return <Slot.Root onClick={useContext(CloseContext)}>{children}</Slot.Root>
}
