import { afterEach, describe, expect, test } from 'bun:test'
import { appendFileSync, renameSync, truncateSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { failedSignIns } from './signins'
import { createTail } from './tail'
import { cleanUp, temporaryDirectory } from './testing'

afterEach(cleanUp)

const line = (message: string, program = 'sshd[812]') => `Mar  1 12:00:00 gateway ${program}: ${message}`

describe('failed sign-ins', () => {
  test('passwords and keys, known and unknown users, IPv4 and IPv6', () => {
    const lines = [
      line('Failed password for root from 203.0.113.5 port 40022 ssh2'),
      line('Failed password for invalid user admin from 2001:db8::5 port 40022 ssh2', 'sshd-session[99]'),
      line('Failed publickey for git from 203.0.113.6 port 22 ssh2: RSA SHA256:abc'),
    ]
    expect(failedSignIns(lines)).toEqual(['203.0.113.5', '2001:db8::5', '203.0.113.6'])
  })
  test('a repeated message counts as often as it was repeated', () => {
    expect(failedSignIns([line('message repeated 3 times: [ Failed password for root from 203.0.113.5 port 1 ssh2]')])).toHaveLength(3)
  })
  test('successes, other programs and addresses that are none do not count', () => {
    const lines = [
      line('Accepted password for root from 203.0.113.5 port 1 ssh2'),
      line('Failed password for root from 203.0.113.5 port 1 ssh2', 'sudo'),
      line('Failed password for root from example port 1 ssh2'),
    ]
    expect(failedSignIns(lines)).toEqual([])
  })
  test('a user name cannot pretend another source', () => {
    const forged = 'Failed password for invalid user x from 192.0.2.1 port 1 ssh2: y from 203.0.113.5 port 40022 ssh2'
    expect(failedSignIns([line(forged)])).toEqual(['203.0.113.5'])
  })
})

describe('following a log', () => {
  function follow(initial: string | undefined) {
    const path = join(temporaryDirectory(), 'auth.log')
    if (initial !== undefined) writeFileSync(path, initial)
    const tail = createTail([path])
    expect(tail.read()).toEqual([])
    return { path, tail }
  }
  test('starts at the end and gives whole lines', () => {
    const { path, tail } = follow('old\n')
    appendFileSync(path, 'one\ntw')
    expect(tail.read()).toEqual(['one'])
    appendFileSync(path, 'o\n')
    expect(tail.read()).toEqual(['two'])
    tail.close()
  })
  test('a rotated file is read to its end, then the new one from its start', () => {
    const { path, tail } = follow('old\n')
    appendFileSync(path, 'last\n')
    renameSync(path, `${path}.1`)
    expect(tail.read()).toEqual(['last'])
    appendFileSync(`${path}.1`, 'late\n')
    writeFileSync(path, 'first\n')
    expect([...tail.read(), ...tail.read()]).toEqual(['late', 'first'])
    tail.close()
  })
  test('a truncated file is read from its start', () => {
    const { path, tail } = follow('a long old text\n')
    truncateSync(path)
    appendFileSync(path, 'new\n')
    expect(tail.read()).toEqual(['new'])
    tail.close()
  })
  test('a file that appears later is read from its start', () => {
    const { path, tail } = follow(undefined)
    writeFileSync(path, 'first\n')
    expect(tail.read()).toEqual(['first'])
    tail.close()
  })
})
