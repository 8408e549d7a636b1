import { useQuery } from '@tanstack/react-query'
import { useEffect, useEffectEvent, useRef, useState } from 'react'
import { useTranslation } from 'react-i18next'
import { useNavigate } from 'react-router'
import type { Alert } from '@/features/alerts/queries'
import { severities } from '@/kit/severity'
import { onNews } from '@/lib/live'
import { ownPreferencesQuery } from '@/lib/own-preferences'
import { playSound, wakeSound } from './sound'

/** Alerts that come together are one notice, and however many come, there is one in so long. */
const gatherMs = 600
const restMs = 3_000

/** Tells of new alerts: a screen reader always, the desktop and the loudspeaker as chosen. */
export default function AlertNotices() {
  const { t } = useTranslation()
  const navigate = useNavigate()
  const { data: chosen } = useQuery(ownPreferencesQuery)
  const [said, setSaid] = useState('')
  const isSpeaker = useSpeaker()
  const sentence = (alerts: readonly Alert[]) =>
    alerts.length === 1
      ? t('alert_notices.one', { severity: t(`severity.${alerts[0]!.severity}`), title: alerts[0]!.title })
      : t('alert_notices.many', { count: alerts.length })

  const tell = useEffectEvent((alerts: readonly Alert[]) => {
    setSaid(sentence(alerts))
    if (!chosen || !isSpeaker.current) return
    const shown = alerts.filter(({ severity }) => chosen.alert_notification.includes(severity))
    if (shown.length > 0) showOnDesktop(sentence(shown), shown, (to) => void navigate(to))
    const heard = alerts.filter(({ severity }) => chosen.alert_sound.includes(severity))
    if (heard.length > 0) playSound(heard.some(({ severity }) => severity === 'critical' || severity === 'high'))
  })

  useEffect(() => {
    let waiting: Alert[] = []
    let timer: ReturnType<typeof setTimeout> | undefined
    let restUntilMs = 0
    const flush = () => {
      timer = undefined
      restUntilMs = performance.now() + restMs
      const alerts = waiting.toSorted((a, b) => severities.indexOf(a.severity) - severities.indexOf(b.severity))
      waiting = []
      tell(alerts)
    }
    const stop = onNews((context, { event, row }) => {
      if (context !== 'alerts' || event !== 'created' || !row) return
      waiting.push(row as Alert)
      timer ??= setTimeout(flush, Math.max(gatherMs, restUntilMs - performance.now()))
    })
    return () => {
      stop()
      clearTimeout(timer)
    }
  }, [])

  const sounds = (chosen?.alert_sound.length ?? 0) > 0
  useEffect(() => {
    if (!sounds) return
    window.addEventListener('pointerdown', wakeSound, { once: true })
    window.addEventListener('keydown', wakeSound, { once: true })
    return () => {
      window.removeEventListener('pointerdown', wakeSound)
      window.removeEventListener('keydown', wakeSound)
    }
  }, [sounds])

  return (
    <div role="log" aria-live="polite" aria-label={t('alert_notices.log')} className="sr-only">
      {said}
    </div>
  )
}

/** Of several windows one makes the noise; when it closes, the next does. */
function useSpeaker() {
  const speaks = useRef(!('locks' in navigator))
  useEffect(() => {
    if (!('locks' in navigator)) return
    const leaving = new AbortController()
    let leave = () => {}
    void navigator.locks
      .request('monozu.alert-notices', { signal: leaving.signal }, () => {
        speaks.current = true
        return new Promise<void>((resolve) => (leave = resolve))
      })
      .catch(() => undefined)
    return () => {
      speaks.current = false
      leaving.abort()
      leave()
    }
  }, [])
  return speaks
}

function showOnDesktop(title: string, alerts: readonly Alert[], go: (to: string) => void): void {
  if (!('Notification' in window) || Notification.permission !== 'granted') return
  const [first] = alerts
  const notice = new Notification(title, { body: first?.device_name ?? undefined, tag: `monozu.alerts.${first?.id}`, icon: '/favicon.svg' })
  notice.addEventListener('click', () => {
    window.focus()
    go(alerts.length === 1 ? `/alerts?alert=${first?.id}` : '/alerts')
    notice.close()
  })
}
