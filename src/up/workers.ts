import type { Family } from '../core/metrics'
import { type Part, supervise } from './supervisor'

type Message = { ask: number } | { tell: number } | { told: number; families: Family[] } | { all: number; families: Family[] }

const gatherMs = 1000

/** One list of all, with the number of its worker on every sample. */
function merged(byWorker: Map<number, Family[]>): Family[] {
  const families = new Map<string, Family>()
  for (const [worker, some] of byWorker) {
    for (const family of some) {
      const samples = family.samples.map((sample) => ({ ...sample, labels: { worker: String(worker), ...sample.labels } }))
      const known = families.get(family.name)
      if (known) (known.samples as typeof samples).push(...samples)
      else families.set(family.name, { ...family, samples } as Family)
    }
  }
  return [...families.values()]
}

/**
 * Keeps this many processes of one command alive, all on one port. A request for metrics reaches any of them, which asks here for those of
 * all: `asWorker` is the other end.
 */
export function superviseWorkers(name: string, count: number, stopMs: number): Part {
  const channels = new Map<number, (message: Message) => void>()
  const asked = new Map<number, (worker: number, families: Family[]) => void>()
  let questions = 0

  async function gather(): Promise<Family[]> {
    const question = (questions += 1)
    const byWorker = new Map<number, Family[]>()
    const complete = new Promise<void>((resolve) => {
      asked.set(question, (worker, families) => {
        byWorker.set(worker, families)
        if (byWorker.size >= channels.size) resolve()
      })
    })
    for (const send of channels.values()) send({ tell: question })
    // One that is too busy to answer, or just died, is left out.
    await Promise.race([complete, Bun.sleep(gatherMs)])
    asked.delete(question)
    return merged(new Map([...byWorker].sort(([a], [b]) => a - b)))
  }

  async function hear(worker: number, message: Message) {
    if ('told' in message) asked.get(message.told)?.(worker, message.families)
    if ('ask' in message) {
      const families = await gather()
      channels.get(worker)?.({ all: message.ask, families })
    }
  }

  const parts = Array.from({ length: count }, (_, worker) =>
    supervise({
      name,
      environment: { ...Bun.env, MONOZU_WORKER: String(worker) },
      stopMs,
      died: (_name, code) => console.error(`worker ${worker} of the ${name} ended unexpectedly (${code ?? 'killed'}) and is started again`),
      started(child) {
        const send = (message: Message) => {
          try {
            child.send(message)
          } catch {
            channels.delete(worker)
          }
        }
        channels.set(worker, send)
        void child.exited.then(() => channels.get(worker) === send && channels.delete(worker))
      },
      heard: (message) => void hear(worker, message as Message),
    }),
  )
  return { name, stop: async () => void (await Promise.all(parts.map((part) => part.stop()))) }
}

/** In a worker: gives its own numbers to who asks, and returns what asks for those of all. */
export function asWorker(own: () => Family[]): () => Promise<Family[]> {
  const waiting = new Map<number, (families: Family[]) => void>()
  let questions = 0
  process.on('message', (message: Message) => {
    if ('tell' in message) process.send?.({ told: message.tell, families: own() })
    if ('all' in message) waiting.get(message.all)?.(message.families)
  })
  return async () => {
    const question = (questions += 1)
    const answer = new Promise<Family[]>((resolve) => waiting.set(question, resolve))
    process.send?.({ ask: question })
    const families = await Promise.race([answer, Bun.sleep(2 * gatherMs).then(own)])
    waiting.delete(question)
    return families
  }
}
