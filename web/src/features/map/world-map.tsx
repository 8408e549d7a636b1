import { useQuery } from '@tanstack/react-query'
import { type KeyboardEvent, type PointerEvent, type ReactNode, useEffect, useEffectEvent, useMemo, useRef, useState } from 'react'
import { useTranslation } from 'react-i18next'
import { Minus, Plus, Scan } from 'lucide-react'
import { useTheme } from '@/lib/theme'
import { Button } from '@/ui/button'
import { atlasQuery } from './atlas'
import { bounded, type Cluster, clustersOf, type Place, type View, viewOf } from './places'

const stepPixels = 80
const factor = 1.6

type WorldMapProps = { label: string; places: readonly Place[]; marker: (cluster: Cluster, onZoom: () => void) => ReactNode }

/** Land and borders on a canvas, and on it what `marker` makes of each place or cluster. Moves by pointer, wheel and keys. */
export function WorldMap({ label, places, marker }: WorldMapProps) {
  const { t } = useTranslation()
  const frame = useRef<HTMLDivElement>(null)
  const canvas = useRef<HTMLCanvasElement>(null)
  const dragged = useRef<{ x: number; y: number } | null>(null)
  const [size, setSize] = useState({ width: 0, height: 0 })
  const [moved, setMoved] = useState<View | null>(null)
  const theme = useTheme((state) => state.resolved)
  const { data: atlas } = useQuery(atlasQuery)
  const whole = useMemo(() => viewOf(places, size.width, size.height), [places, size])
  const view = moved ?? whole
  const { width, height } = size
  const ready = width > 0

  useEffect(() => {
    const element = frame.current
    if (!element) return
    const watch = new ResizeObserver(() => setSize({ width: element.clientWidth, height: element.clientHeight }))
    watch.observe(element)
    return () => watch.disconnect()
  }, [])

  useEffect(() => {
    const context = canvas.current?.getContext('2d')
    if (!context || !atlas || !ready) return
    const token = (name: string) => getComputedStyle(document.documentElement).getPropertyValue(name).trim()
    const density = devicePixelRatio
    context.canvas.width = width * density
    context.canvas.height = height * density
    const scale = view.scale * density
    context.setTransform(scale, 0, 0, scale, (width / 2) * density - view.x * scale, (height / 2) * density - view.y * scale)
    context.beginPath()
    context.rect(0, 0, 1, 1)
    context.clip()
    context.fillStyle = token('--map-land')
    context.fill(atlas.land, 'evenodd')
    context.strokeStyle = token('--map-border')
    context.lineWidth = 1 / view.scale
    context.stroke(atlas.borders)
  }, [atlas, width, height, ready, view, theme])

  const zoom = (by: number, at = { x: width / 2, y: height / 2 }) => {
    const scale = bounded(view.scale * by, width, height)
    // The place under the pointer stays there.
    const shift = 1 / view.scale - 1 / scale
    setMoved({ x: view.x + (at.x - width / 2) * shift, y: view.y + (at.y - height / 2) * shift, scale })
  }
  const pan = (dx: number, dy: number) => setMoved({ ...view, x: view.x - dx / view.scale, y: view.y - dy / view.scale })

  const turn = useEffectEvent((event: WheelEvent) => {
    event.preventDefault()
    const { left, top } = frame.current!.getBoundingClientRect()
    zoom(Math.exp(-event.deltaY / 400), { x: event.clientX - left, y: event.clientY - top })
  })
  // React listens passively to wheels: the page would scroll with the map.
  useEffect(() => {
    const element = frame.current
    const listener = (event: WheelEvent) => turn(event)
    element?.addEventListener('wheel', listener, { passive: false })
    return () => element?.removeEventListener('wheel', listener)
  }, [])

  const onKeyDown = (event: KeyboardEvent) => {
    if (event.ctrlKey || event.metaKey || event.altKey) return
    const moves: Record<string, () => void> = {
      ArrowLeft: () => pan(stepPixels, 0),
      ArrowRight: () => pan(-stepPixels, 0),
      ArrowUp: () => pan(0, stepPixels),
      ArrowDown: () => pan(0, -stepPixels),
      '+': () => zoom(factor),
      '=': () => zoom(factor),
      '-': () => zoom(1 / factor),
      '0': () => setMoved(null),
    }
    const move = moves[event.key]
    if (!move) return
    event.preventDefault()
    move()
  }
  const onPointerMove = (event: PointerEvent) => {
    if (!dragged.current) return
    pan(event.clientX - dragged.current.x, event.clientY - dragged.current.y)
    dragged.current = { x: event.clientX, y: event.clientY }
  }
  const onPointerDown = (event: PointerEvent<HTMLElement>) => {
    if (event.target !== canvas.current && event.target !== frame.current) return
    event.currentTarget.setPointerCapture(event.pointerId)
    dragged.current = { x: event.clientX, y: event.clientY }
  }

  const clusters = useMemo(() => clustersOf(places, view.scale), [places, view.scale])
  const zoomTo = (cluster: Cluster) => () =>
    setMoved({ ...viewOf(cluster.places, width, height), scale: bounded(viewOf(cluster.places, width, height).scale, width, height) })
  const onScreen = clusters
    .map((cluster) => ({
      cluster,
      left: width / 2 + (cluster.x - view.x) * view.scale,
      top: height / 2 + (cluster.y - view.y) * view.scale,
    }))
    .filter(({ left, top }) => left > -40 && left < width + 40 && top > -40 && top < height + 40)
  // Beside the map, not over it: what lies under a button can be neither seen nor pressed.
  return (
    <div className="flex h-full gap-1.5 max-sm:flex-col">
      <div
        ref={frame}
        role="group"
        aria-label={label}
        aria-describedby="map-keys"
        tabIndex={0}
        onKeyDown={onKeyDown}
        onPointerDown={onPointerDown}
        onPointerMove={onPointerMove}
        onPointerUp={() => (dragged.current = null)}
        className="border-border relative min-h-80 flex-1 touch-none overflow-hidden rounded-lg border bg-(--map-water) -outline-offset-2!"
      >
        <canvas ref={canvas} aria-hidden className="absolute inset-0 size-full cursor-grab active:cursor-grabbing" />
        <p id="map-keys" className="sr-only">
          {t('map.keys')}
        </p>
        {ready && (
          <ul>
            {onScreen.map(({ cluster, left, top }) => (
              <li key={cluster.key} className="absolute -translate-1/2" style={{ left, top }}>
                {marker(cluster, zoomTo(cluster))}
              </li>
            ))}
          </ul>
        )}
      </div>
      <div className="flex justify-end gap-1 sm:flex-col sm:justify-start">
        <Button size="icon" aria-label={t('map.closer')} title={t('map.closer')} onClick={() => zoom(factor)}>
          <Plus aria-hidden />
        </Button>
        <Button size="icon" aria-label={t('map.farther')} title={t('map.farther')} onClick={() => zoom(1 / factor)}>
          <Minus aria-hidden />
        </Button>
        <Button size="icon" aria-label={t('map.everything')} title={t('map.everything')} onClick={() => setMoved(null)}>
          <Scan aria-hidden />
        </Button>
      </div>
    </div>
  )
}
