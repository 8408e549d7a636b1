/** Of what a field of a form holds: text, numbers, and lists of them. */
export const isSame = (one: unknown, other: unknown) => JSON.stringify(one) === JSON.stringify(other)

/** What of a form is another than it was. */
export const changedFrom = <Values extends object>(before: Values, values: Values): Partial<Values> =>
  Object.fromEntries(Object.entries(values).filter(([name, value]) => !isSame(value, before[name as keyof Values]))) as Partial<Values>
