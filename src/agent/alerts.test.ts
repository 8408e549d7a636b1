import { describe, expect, test } from 'bun:test'
import { type AlertState, judge, noAlertState, type Observation } from './alerts'

/** Feeds observations one after another and answers the rules told at each. */
function told(...observations: Partial<Observation>[]): string[][] {
  let state: AlertState = noAlertState
  return observations.map((seen) => {
    const judged = judge(state, { at: 0, ...seen })
    state = judged.state
    return judged.alerts.map(({ rule, dedupe_key }) => `${rule} ${dedupe_key}`)
  })
}

describe('listening ports', () => {
  const port = 'new_listening_port new_listening_port:tcp/8080'
  test('the baseline is silent, a new port is told once', () => {
    expect(told({ ports: ['tcp/22'] }, { ports: ['tcp/22', 'tcp/8080'] }, { ports: ['tcp/22', 'tcp/8080'] })).toEqual([[], [port], []])
  })
  test('a port that was closed and opens again is told again, with the same key', () => {
    expect(told({ ports: ['tcp/8080'] }, { ports: [] }, { ports: ['tcp/8080'] })).toEqual([[], [], [port]])
  })
  test('a flood of ports is bounded', () => {
    const ports = Array.from({ length: 500 }, (_, index) => `tcp/${index + 1}`)
    expect(told({ ports: [] }, { ports })[1]).toHaveLength(50)
  })
})

test('a filesystem over 90 % is told once, until it has been under 88 %', () => {
  const at = (disk_percent: number) => ({ filesystems: [{ mount: '/', disk_percent }] })
  const full = ['filesystem_full filesystem_full:/']
  expect(told(at(90), at(91), at(95), at(89), at(91), at(87.9), at(90.1))).toEqual([[], full, [], [], [], [], full])
})

describe('load', () => {
  const at = (seconds: number, load_1m: number) => ({ at: seconds * 1_000, load: { load_1m, cores: 2 } })
  const high = ['load_high load_high']
  test('only a whole minute over the cores is told, and once', () => {
    expect(told(at(0, 3), at(30, 3), at(59, 3), at(60, 3), at(120, 3))).toEqual([[], [], [], high, []])
  })
  test('a moment under the cores starts the minute anew', () => {
    expect(told(at(0, 3), at(50, 2), at(60, 3), at(110, 3), at(120, 3))).toEqual([[], [], [], [], high])
  })
  test('it is armed again by a whole minute under', () => {
    expect(told(at(0, 3), at(60, 3), at(70, 1), at(100, 3), at(170, 3))).toEqual([[], high, [], [], []])
    expect(told(at(0, 3), at(60, 3), at(70, 1), at(130, 1), at(140, 3), at(200, 3))).toEqual([[], high, [], [], [], high])
  })
})

describe('failed sign-ins', () => {
  const at = (seconds: number, ...failedSignIns: string[]) => ({ at: seconds * 1_000, failedSignIns })
  test('a source is told at once, then once a minute with what came in between', () => {
    const first = judge(noAlertState, { at: 0, failedSignIns: ['203.0.113.5', '203.0.113.5'] })
    expect(first.alerts).toMatchObject([{ severity: 'medium', source_ip: '203.0.113.5', description: '2 attempts were refused.' }])
    const second = judge(first.state, { at: 30_000, failedSignIns: ['203.0.113.5', '198.51.100.1'] })
    expect(second.alerts).toMatchObject([{ source_ip: '198.51.100.1' }])
    const third = judge(second.state, { at: 60_000, failedSignIns: [] })
    expect(third.alerts).toMatchObject([{ source_ip: '203.0.113.5', description: 'One attempt was refused.' }])
  })
  test('a quiet source is forgotten, and their number is bounded', () => {
    const many = Array.from({ length: 2_000 }, (_, index) => `10.0.${index >> 8}.${index & 255}`)
    const flooded = judge(noAlertState, { at: 0, failedSignIns: many })
    expect(flooded.state.sources).toHaveLength(500)
    expect(judge(flooded.state, { at: 60_000, failedSignIns: [] }).state.sources).toEqual([])
    expect(told(at(0), at(5))).toEqual([[], []])
  })
})

test('what was not looked at changes nothing', () => {
  const { state } = judge(noAlertState, { at: 0, ports: ['tcp/22'], filesystems: [{ mount: '/', disk_percent: 99 }] })
  expect(judge(state, { at: 1 })).toEqual({ state, alerts: [] })
})
