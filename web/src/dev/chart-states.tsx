import { useState } from 'react'
import { Chart } from '@/kit/chart'
import type { Point } from '@/kit/chart-data'
import type { Range } from '@/kit/range'
import { RangePicker } from '@/kit/range-picker'
import { Sparkline } from '@/kit/sparkline'
import { TimeRangePicker } from '@/kit/time-range'
import { formatTime } from '@/lib/format'
import { Row, State } from './section'

const hourMs = 3_600_000
const toMs = Math.floor(Date.now() / 60_000) * 60_000
const fromMs = toMs - hourMs

const wave = (shift: number): Point[] =>
  Array.from({ length: 61 }, (_, n) => [fromMs + n * 60_000, Math.round((50 + 40 * Math.sin(n / 7 + shift)) * 10) / 10] as const)
const range = { fromMs, toMs, format: (value: number) => `${Math.round(value)} %`, highest: 100 }

export function ChartStates() {
  const [picked, setPicked] = useState<Range>({ last: '6h' })
  return (
    <>
      <State name="time ranges">
        <Row>
          <TimeRangePicker value="1h" onChange={() => undefined} />
          <RangePicker value={picked} onChange={setPicked} />
        </Row>
      </State>
      <State name="sparkline">
        <Row>
          <Sparkline label="Records a day" values={[3, 5, 0, 8, 13, 2, 1]} />
          <Sparkline label="Nothing" values={[0, 0, 0, 0, 0, 0, 0]} />
        </Row>
      </State>
      <State name="one series">
        <Chart {...range} label="CPU" series={[{ label: 'CPU', points: wave(0) }]} syncKey="kit" />
      </State>
      <State name="several series, the cursor shared with the other">
        <Chart {...range} label="Cores" series={[0, 1, 2].map((n) => ({ label: `Core ${n}`, points: wave(n) }))} syncKey="kit" />
      </State>
      <State name="a gap">
        <Chart {...range} label="Memory" series={[{ label: 'Memory', points: wave(2).filter((_, n) => n < 20 || n > 40) }]} />
      </State>
      <State name="moments, to which zero means nothing">
        <Chart
          {...range}
          highest={undefined}
          format={(value) => formatTime(value * 1000, false)}
          unanchored
          label="Last backup"
          series={[{ label: 'Last backup', points: wave(0).map(([at]) => [at, Math.floor(at / 1_200_000) * 1_200]) }]}
        />
      </State>
      <State name="no data">
        <Chart {...range} label="Disk" series={[{ label: 'Disk', points: [] }]} />
      </State>
    </>
  )
}
