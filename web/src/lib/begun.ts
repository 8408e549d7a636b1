import { createContext, useContext, useLayoutEffect } from 'react'
import { create } from 'zustand'

/** Where a form stands: the page, a drawer or a dialog. One is begun once so many of its fields were changed. */
export type FormPlace = { least: number }
export const FormPlaceContext = createContext<FormPlace>({ least: 1 })

type Begun = {
  /** What was typed and not saved, by where it stands and the path of its page. */
  forms: ReadonlyMap<symbol, { place: FormPlace; path: string }>
  /** Of the question that is asked just now: whether what was typed may be lost. */
  answer: ((mayBeLost: boolean) => void) | null
}

export const useBegunForms = create<Begun>(() => ({ forms: new Map(), answer: null }))

/** Holds a form of which so many fields were changed. */
export function useBegun(changed: number): void {
  const place = useContext(FormPlaceContext)
  const isBegun = changed >= place.least
  // Of those that ends at once where a part of the page gives way to one that is still being loaded.
  useLayoutEffect(() => {
    if (!isBegun) return
    const form = Symbol('form')
    const { forms } = useBegunForms.getState()
    useBegunForms.setState({ forms: new Map(forms).set(form, { place, path: location.pathname }) })
    return () => useBegunForms.setState(({ forms }) => ({ forms: new Map([...forms].filter(([other]) => other !== form)) }))
  }, [isBegun, place])
}

/** Whether something was typed on the page of this path. One that was left may still be shown while the next one is being loaded, and is not asked about. */
export const isBegunOn = (path: string) => [...useBegunForms.getState().forms.values()].some((form) => form.path === path)

/** Asks whether what was typed may be lost. Another question that waits is answered with no. */
export function askToLeave(): Promise<boolean> {
  useBegunForms.getState().answer?.(false)
  return new Promise((resolve) => {
    const answer = (mayBeLost: boolean) => {
      useBegunForms.setState({ answer: null })
      resolve(mayBeLost)
    }
    useBegunForms.setState({ answer })
  })
}

/** Does what ends the forms of a place, or all of them: at once, or where something was typed there, once somebody agreed. */
export function leaveForms(work: () => unknown, place?: FormPlace): void {
  const isBegun = [...useBegunForms.getState().forms.values()].some((form) => !place || form.place === place)
  if (isBegun) void askToLeave().then((mayBeLost) => mayBeLost && work())
  else work()
}
