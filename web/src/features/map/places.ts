import type { OrgUnit } from '@/features/org-units/queries'
import type { UnitCounts } from './queries'
import { project } from './atlas'

export type Counts = { online: number; offline: number; never: number }
export type Place = {
  unit: OrgUnit
  x: number
  y: number
  /** Of the unit and all below it: what a list narrowed to it shows. */
  counts: Counts
  /** Those among them that no other place below has. */
  own: Counts
}
export type Health = 'offline' | 'online' | 'never' | 'empty'

const noCounts: Counts = { online: 0, offline: 0, never: 0 }
const add = (left: Counts, right: Counts): Counts => ({
  online: left.online + right.online,
  offline: left.offline + right.offline,
  never: left.never + right.never,
})
export const total = ({ online, offline, never }: Counts) => online + offline + never

/** The gravest that is among them. */
export function healthOf({ online, offline, never }: Counts): Health {
  if (offline > 0) return 'offline'
  if (online > 0) return 'online'
  return never > 0 ? 'never' : 'empty'
}

const isPlaced = (unit: OrgUnit): unit is OrgUnit & { latitude: number; longitude: number } =>
  unit.latitude !== null && unit.longitude !== null

/** Units with what is below them, on the map or missing from it. A device counts for the nearest place above it. */
export function placesOf(units: readonly OrgUnit[], counted: readonly UnitCounts[]) {
  const direct = new Map(counted.map(({ org_unit_id, ...counts }) => [org_unit_id, counts]))
  const children = Map.groupBy(units, ({ parent_id }) => parent_id)
  const below = new Map<string, Counts>()
  const own = new Map<string, Counts>()
  /** What is below the unit, and what of it has no place yet. */
  const walk = (unit: OrgUnit): [all: Counts, free: Counts] => {
    let all = direct.get(unit.id) ?? noCounts
    let free = all
    for (const child of children.get(unit.id) ?? []) {
      const [inside, loose] = walk(child)
      all = add(all, inside)
      free = add(free, loose)
    }
    below.set(unit.id, all)
    own.set(unit.id, free)
    return [all, isPlaced(unit) ? noCounts : free]
  }
  const known = new Set(units.map(({ id }) => id))
  for (const unit of units) if (unit.parent_id === null || !known.has(unit.parent_id)) walk(unit)
  const placed = units.filter(isPlaced).map((unit): Place => {
    const [x, y] = project(unit.longitude, unit.latitude)
    return { unit, x, y, counts: below.get(unit.id) ?? noCounts, own: own.get(unit.id) ?? noCounts }
  })
  const unplaced = units.filter((unit) => !isPlaced(unit)).map((unit) => ({ unit, counts: below.get(unit.id) ?? noCounts }))
  return { placed, unplaced }
}

export type View = { x: number; y: number; scale: number }
export type Cluster = { key: string; places: Place[]; x: number; y: number; counts: Counts }

/** A marker is a name on one line. */
const near = { x: 116, y: 34 }

/** Places that would cover each other on the screen stand for one another: the first takes what is near it. */
export function clustersOf(places: readonly Place[], scale: number): Cluster[] {
  const clusters: Cluster[] = []
  for (const place of places) {
    const there = clusters.find(({ x, y }) => Math.abs(x - place.x) * scale < near.x && Math.abs(y - place.y) * scale < near.y)
    if (there) {
      there.places.push(place)
      there.counts = add(there.counts, place.own)
    } else clusters.push({ key: place.unit.id, places: [place], x: place.x, y: place.y, counts: place.own })
  }
  return clusters.map((cluster) => (cluster.places.length > 1 ? cluster : { ...cluster, counts: cluster.places[0]!.counts }))
}

/** All of the places in sight, with room around them. */
export function viewOf(places: readonly { x: number; y: number }[], width: number, height: number): View {
  if (places.length === 0) return { x: 0.5, y: 0.4, scale: Math.max(width, height) }
  const xs = places.map(({ x }) => x)
  const ys = places.map(({ y }) => y)
  const [left, right, top, bottom] = [Math.min(...xs), Math.max(...xs), Math.min(...ys), Math.max(...ys)]
  const room = 140
  const scale = Math.min((width - room) / Math.max(right - left, 1e-9), (height - room) / Math.max(bottom - top, 1e-9))
  return { x: (left + right) / 2, y: (top + bottom) / 2, scale: bounded(scale, width, height, mostOfAll) }
}

const mostOfAll = 40_000
const most = 400_000
export const bounded = (scale: number, width: number, height: number, highest = most) =>
  Math.max(Math.max(width, height), Math.min(highest, scale))
