import { isIP } from 'node:net'

const daemonLine = /\bsshd(?:-session)?(?:\[\d+\])?: (.*)$/
const repeated = /^message repeated (\d+) times: \[ (.*)\]$/
// Greedy up to the last "from": a user name may itself contain one, but sshd writes the true source after it.
const failure = /^Failed \S+ for .* from (\S+) port \d+(?: ssh2)?(?::.*)?$/

/** Source addresses of failed SSH sign-ins in lines of a system log, one an attempt. */
export function failedSignIns(lines: string[]): string[] {
  return lines.flatMap((line) => {
    const message = daemonLine.exec(line)?.[1]?.trim() ?? ''
    const [, times, inner] = repeated.exec(message) ?? []
    const ip = failure.exec(inner?.trim() ?? message)?.[1]
    return ip && isIP(ip) ? Array.from({ length: Math.min(Number(times ?? 1), 1_000) }, () => ip) : []
  })
}
