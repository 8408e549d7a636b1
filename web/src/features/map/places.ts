import type { OrgUnit } from '@/features/org-units/queries'
import { project } from './atlas'
import type { SiteCounts, SitePlace, UnitCounts } from './queries'

export type Counts = { online: number; offline: number; never: number }
export type Entry = {
  kind: 'unit' | 'site'
  id: string
  name: string
  /** Of the site, or of the unit and all below it: what a list narrowed to it shows. */
  counts: Counts
}
export type Place = Entry & {
  x: number
  y: number
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
/** The two are counted at different moments: never below zero. */
const without = (left: Counts, right: Counts): Counts => ({
  online: Math.max(0, left.online - right.online),
  offline: Math.max(0, left.offline - right.offline),
  never: Math.max(0, left.never - right.never),
})
export const total = ({ online, offline, never }: Counts) => online + offline + never

/** The gravest that is among them. */
export function healthOf({ online, offline, never }: Counts): Health {
  if (offline > 0) return 'offline'
  if (online > 0) return 'online'
  return never > 0 ? 'never' : 'empty'
}

type Located = { latitude: number | null; longitude: number | null }
const isPlaced = <T extends Located>(of: T): of is T & { latitude: number; longitude: number } =>
  of.latitude !== null && of.longitude !== null

type Known = {
  units: readonly OrgUnit[]
  unitCounts: readonly UnitCounts[]
  sites: readonly SitePlace[]
  siteCounts: readonly SiteCounts[]
}

/** Units with what is below them, and sites, on the map or missing from it. A device counts for the nearest place: its site, or a unit above it. */
export function placesOf({ units, unitCounts, sites, siteCounts }: Known) {
  const direct = new Map(unitCounts.map(({ org_unit_id, ...counts }) => [org_unit_id, counts]))
  const atSite = new Map(siteCounts.map(({ site_id, ...counts }) => [site_id, counts]))
  const children = Map.groupBy(units, ({ parent_id }) => parent_id)
  const sitesOf = Map.groupBy(sites.filter(isPlaced), ({ org_unit_id }) => org_unit_id)
  const below = new Map<string, Counts>()
  const own = new Map<string, Counts>()
  /** What is below the unit, and what of it has no place yet. */
  const walk = (unit: OrgUnit): [all: Counts, free: Counts] => {
    let all = direct.get(unit.id) ?? noCounts
    let free = (sitesOf.get(unit.id) ?? []).reduce((rest, { id }) => without(rest, atSite.get(id) ?? noCounts), all)
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
  const entries = [
    ...units.map((unit) => {
      const counts = below.get(unit.id) ?? noCounts
      return { kind: 'unit' as const, ...pick(unit), counts, own: own.get(unit.id) ?? noCounts }
    }),
    ...sites.map((site) => {
      const counts = atSite.get(site.id) ?? noCounts
      return { kind: 'site' as const, ...pick(site), counts, own: counts }
    }),
  ]
  const placed = entries.filter(isPlaced).map((entry): Place => {
    const [x, y] = project(entry.longitude, entry.latitude)
    return { ...entry, x, y }
  })
  return { placed, unplaced: entries.filter((entry) => !isPlaced(entry)) }
}

const pick = ({ id, name, latitude, longitude }: OrgUnit | SitePlace) => ({ id, name, latitude, longitude })

/** Where the devices of a place are listed. */
export const devicesOf = ({ kind, id }: Entry) => `/devices?${kind === 'unit' ? 'org_unit' : 'site'}=${id}`

export type View = { x: number; y: number; scale: number }
export type Cluster = { key: string; places: Place[]; x: number; y: number; counts: Counts }

/** A marker is a name on one line. */
const near = { x: 116, y: 34 }
type Point = { x: number; y: number }
const isNear = (one: Point, other: Point, scale: number) =>
  Math.abs(one.x - other.x) * scale < near.x && Math.abs(one.y - other.y) * scale < near.y

/** Places that would cover each other on the screen stand for one another: the first takes what is near it. */
export function clustersOf(places: readonly Place[], scale: number): Cluster[] {
  const clusters: Cluster[] = []
  // Whatever is near is in the same cell of a grid or beside it.
  const cells = new Map<string, Cluster[]>()
  for (const place of places) {
    const [column, row] = [Math.floor((place.x * scale) / near.x), Math.floor((place.y * scale) / near.y)]
    const there = around
      .map(([right, down]) => cells.get(`${column + right} ${row + down}`)?.find((cluster) => isNear(cluster, place, scale)))
      .find((cluster) => cluster !== undefined)
    if (there) {
      there.places.push(place)
      there.counts = add(there.counts, place.own)
      continue
    }
    const cluster = { key: place.id, places: [place], x: place.x, y: place.y, counts: place.own }
    clusters.push(cluster)
    const cell = `${column} ${row}`
    cells.set(cell, [...(cells.get(cell) ?? []), cluster])
  }
  return clusters.map((cluster) => (cluster.places.length > 1 ? cluster : { ...cluster, counts: cluster.places[0]!.counts }))
}

const around = [-1, 0, 1].flatMap((right) => [-1, 0, 1].map((down) => [right, down] as const))

/** Whether the places lie so near to each other that no zoom draws them apart. */
export const isOneSpot = (cluster: Cluster) => cluster.places.every((place) => isNear(cluster, place, most))

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
/** About ten metres a pixel. */
const most = 4_000_000
export const bounded = (scale: number, width: number, height: number, highest = most) =>
  Math.max(Math.max(width, height), Math.min(highest, scale))
