interface Sample {
  labels?: Record<string, string>
  value: number
}

interface Distribution {
  labels?: Record<string, string>
  /** How many were at most each bound (and above the one before it), then how many were above all of them. */
  counts: number[]
  sum: number
}

/** Numbers of one name, as Prometheus and OpenTelemetry both know them. Names end in their unit; those of counters in `_total`. */
export type Family = { name: string; help: string } & (
  | { type: 'counter' | 'gauge'; samples: Sample[] }
  | { type: 'histogram'; bounds: readonly number[]; samples: Distribution[] }
)

/** Counts by a word from a fixed list: each word is a time series for ever, so it must never come from outside. */
export function countBy(label: string) {
  const counts = new Map<string, number>()
  return {
    add: (word: string | number, by = 1) => void counts.set(String(word), (counts.get(String(word)) ?? 0) + by),
    samples: (): Sample[] => [...counts].map(([word, value]) => ({ labels: { [label]: word }, value })),
  }
}

export function openHistogram(bounds: readonly number[]) {
  const counts = Array.from({ length: bounds.length + 1 }, () => 0)
  let sum = 0
  return {
    bounds,
    observe(value: number) {
      let index = 0
      while (index < bounds.length && value > bounds[index]!) index += 1
      counts[index]! += 1
      sum += value
    },
    samples: (): Distribution[] => [{ counts: [...counts], sum }],
  }
}

export const spansTold = countBy('outcome')

/** What every process has to say of itself. */
export function processFamilies(): Family[] {
  const { user, system } = process.cpuUsage()
  const gauge = (name: string, help: string, value: number): Family => ({ name, help, type: 'gauge', samples: [{ value }] })
  return [
    { name: 'monozu_spans_total', help: 'Spans of traces, by what became of them', type: 'counter', samples: spansTold.samples() },
    { name: 'process_cpu_seconds_total', help: 'CPU time used', type: 'counter', samples: [{ value: (user + system) / 1e6 }] },
    gauge('process_resident_memory_bytes', 'Memory in use', process.memoryUsage.rss()),
    gauge('process_start_time_seconds', 'When the process started, since 1970', Math.round(performance.timeOrigin) / 1000),
  ]
}

const escaped = (text: string) => text.replace(/[\\"\n]/g, (character) => (character === '\n' ? '\\n' : `\\${character}`))

function line(name: string, labels: Record<string, string>, value: number): string {
  const pairs = Object.entries(labels).map(([label, text]) => `${label}="${escaped(text)}"`)
  return `${name}${pairs.length ? `{${pairs.join(',')}}` : ''} ${value}`
}

function distributionLines(name: string, bounds: readonly number[], { labels = {}, counts, sum }: Distribution): string[] {
  let count = 0
  const buckets = counts.map((some, index) => line(`${name}_bucket`, { ...labels, le: String(bounds[index] ?? '+Inf') }, (count += some)))
  return [...buckets, line(`${name}_sum`, labels, sum), line(`${name}_count`, labels, count)]
}

export const prometheusType = 'text/plain; version=0.0.4; charset=utf-8'

/** Prometheus text format, version 0.0.4. */
export function prometheusText(families: Family[]): string {
  const lines = families.flatMap((family) => [
    `# HELP ${family.name} ${family.help}`,
    `# TYPE ${family.name} ${family.type}`,
    ...(family.type === 'histogram'
      ? family.samples.flatMap((sample) => distributionLines(family.name, family.bounds, sample))
      : family.samples.map(({ labels = {}, value }) => line(family.name, labels, value))),
  ])
  return `${lines.join('\n')}\n`
}
