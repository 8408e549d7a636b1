type Answer<Thing> = ReadonlyMap<string, Thing>

/** Makes one question of those that come in the same moment, each for a thing by its id; what the answer does not name is null. */
export function gathered<Thing>(ask: (ids: string[]) => Promise<Answer<Thing>>, most: number): (id: string) => Promise<Thing | null> {
  let batch: { ids: string[]; answer: Promise<Answer<Thing>> } | undefined
  const begin = () => {
    const ids: string[] = []
    const send = () => {
      if (batch?.ids === ids) batch = undefined
      return ask(ids)
    }
    return { ids, answer: new Promise<void>((resolve) => setTimeout(resolve)).then(send) }
  }
  return async (id) => {
    if (!batch || batch.ids.length >= most) batch = begin()
    batch.ids.push(id)
    return (await batch.answer).get(id) ?? null
  }
}
