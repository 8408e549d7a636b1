import { Severity, severities } from '@/kit/severity'
import { Badge, type Tone } from '@/ui/badge'

/** Devices name levels as they like (RFC 5424 section 6.2.1 and its kin); what a word begins with tells how grave it is. */
const tones: readonly [RegExp, Tone][] = [
  [/^(emerg|alert|crit|fatal|fail|err)/i, 'critical'],
  [/^high/i, 'high'],
  [/^(warn|medium)/i, 'medium'],
  [/^(succe|connected)/i, 'positive'],
]

export function EventLevel({ level }: { level: string | null }) {
  if (!level) return '—'
  const severity = severities.find((name) => name === level)
  if (severity) return <Severity value={severity} compact />
  return <Badge tone={tones.find(([begins]) => begins.test(level))?.[1] ?? 'neutral'}>{level}</Badge>
}
