/** What one delivery holds, and what of it has to be stored once it is acknowledged. */
export interface Batch {
  body: string
  frames: number
  /** Of the moments of its frames, in milliseconds: together with their number it tells whether exactly these are stored. A double would round it after some 5,000 frames. */
  momentSum: bigint
  logs: number
  logSum: number
  malformed: number
}

const dayMs = 86_400_000
const malformed = [{ kind: 'weather' }, 7, { kind: 'telemetry', timestamp: 'yesterday', data: { a: 1 } }, { kind: 'log', data: null }]

export interface Shape {
  random: () => number
  /** How far the clock of the device is off. */
  skewMs: number
  /** How often a reading is taken; also what keeps the moments of a device apart. */
  stepMs: number
  beganAt: number
}

/** Records as appliances make them: a daily curve with noise, counters that begin anew after a restart, a few names of interfaces. */
export function openShape({ random, skewMs, stepMs, beganAt }: Shape) {
  let taken = 0
  let received = 0
  const place = random()

  function reading(at: number) {
    const day = Math.sin((2 * Math.PI * (at % dayMs)) / dayMs + place)
    received = random() < 0.01 ? 0 : received + Math.floor(random() * 1_000_000)
    const data = {
      cpu_percent: 40 + 30 * day + 5 * random(),
      temperature_celsius: 21 + 6 * day + random(),
      memory_percent: 50 + 20 * place,
      rx_bytes: received,
      interface: taken % 2 ? 'eth0' : 'eth1',
    }
    return { kind: 'telemetry', timestamp: new Date(at).toISOString(), data }
  }

  return function next(readings: number): Batch {
    const batch: Batch = { body: '', frames: 0, momentSum: 0n, logs: 0, logSum: 0, malformed: 0 }
    const records: unknown[] = []
    for (let index = 0; index < readings; index++) {
      taken += 1
      const at = beganAt + skewMs + taken * stepMs
      records.push(reading(at))
      batch.frames += 1
      batch.momentSum += BigInt(at)
      if (random() < 0.1) {
        const data = { level: 'info', message: 'link is up', sequence: taken }
        records.push({ kind: 'log', timestamp: new Date(at).toISOString(), id: String(taken), data })
        batch.logs += 1
        batch.logSum += taken
      }
      if (random() < 0.02) {
        records.push(malformed[Math.floor(random() * malformed.length)])
        batch.malformed += 1
      }
    }
    batch.body = JSON.stringify(records)
    return batch
  }
}
