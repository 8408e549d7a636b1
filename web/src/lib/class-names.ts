import { type ClassValue, clsx } from 'clsx'
import { extendTailwindMerge } from 'tailwind-merge'

// Our own font sizes have to be known, or `text-2xs` and `text-muted` would be taken for the same property.
const merge = extendTailwindMerge({ extend: { classGroups: { 'font-size': [{ text: ['2xs'] }] } } })

export function classNames(...values: ClassValue[]): string {
  return merge(clsx(values))
}
