const parentCheckMs = 1000

/** Resolves at the first SIGTERM or SIGINT; under `monozu up` also when the supervisor itself was killed. */
export const untilStopped = () =>
  new Promise<void>((resolve) => {
    for (const signal of ['SIGTERM', 'SIGINT'] as const) process.on(signal, () => resolve())
    if (!Bun.env.MONOZU_SUPERVISED) return
    const parent = process.ppid
    const timer = setInterval(() => process.ppid !== parent && (clearInterval(timer), resolve()), parentCheckMs)
  })
