import { queryOptions } from '@tanstack/react-query'
import address from 'world-atlas/countries-50m.json?url'

/** A TopoJSON file (https://github.com/topojson/topojson-specification), as far as it is used here. */
type Topology = {
  transform: { scale: [number, number]; translate: [number, number] }
  arcs: [number, number][][]
  objects: { land: { geometries: { type: 'MultiPolygon'; arcs: number[][][] }[] } }
}
export type Atlas = { land: Path2D; borders: Path2D }

/** The world is a square of side 1 in the projection of Mercator, north up. */
const farthestNorth = 85.05
export function project(longitude: number, latitude: number): [x: number, y: number] {
  const bounded = Math.max(-farthestNorth, Math.min(farthestNorth, latitude))
  const radians = (bounded * Math.PI) / 180
  return [(longitude + 180) / 360, (1 - Math.log(Math.tan(radians) + 1 / Math.cos(radians)) / Math.PI) / 2]
}

/** Arcs are differences of whole numbers (section 2.1.3 of the specification). */
function decode({ arcs, transform: { scale, translate } }: Topology): [number, number][][] {
  return arcs.map((arc) => {
    let [x, y] = [0, 0]
    return arc.map(([dx, dy]) => {
      x += dx
      y += dy
      return project(x * scale[0] + translate[0], y * scale[1] + translate[1])
    })
  })
}

/** Where it leaves the map at one side and comes back at the other, a line begins anew there. */
function drawLine(path: Path2D, points: readonly [number, number][]) {
  let last: number | undefined
  for (const [x, y] of points) {
    if (last === undefined || Math.abs(x - last) > 0.5) path.moveTo(x, y)
    else path.lineTo(x, y)
    last = x
  }
}

/** Goes on beyond the side of the map where it crosses it, and is drawn once more from the other side; what goes around a pole is closed below the map. */
function drawRing(path: Path2D, points: readonly [number, number][]) {
  let turns = 0
  let last = points[0]![0]
  const whole = points.map(([x, y]) => {
    if (Math.abs(x - last) > 0.5) turns += x < last ? 1 : -1
    last = x
    return [x + turns, y] as const
  })
  const around = turns === 0 ? [] : [[whole.at(-1)![0], 2] as const, [whole[0]![0], 2] as const]
  const beyond = whole.some(([x]) => x < 0 || x > 1)
  for (const shift of beyond ? [-1, 0, 1] : [0]) {
    for (const [index, [x, y]] of [...whole, ...around].entries())
      if (index === 0) path.moveTo(x + shift, y)
      else path.lineTo(x + shift, y)
    path.closePath()
  }
}

function atlasOf(topology: Topology): Atlas {
  const arcs = decode(topology)
  const land = new Path2D()
  const borders = new Path2D()
  for (const arc of arcs) drawLine(borders, arc)
  for (const ring of topology.objects.land.geometries.flatMap(({ arcs: polygons }) => polygons.flat())) {
    // A negative number is the arc of its complement, backwards.
    drawRing(
      land,
      ring.flatMap((index) => (index < 0 ? arcs[~index]!.toReversed() : arcs[index]!)),
    )
  }
  return { land, borders }
}

/** Coasts and borders of Natural Earth, served by us. */
export const atlasQuery = queryOptions({
  queryKey: ['map', 'atlas'],
  queryFn: async () => atlasOf((await (await fetch(address)).json()) as Topology),
  staleTime: Infinity,
  gcTime: Infinity,
})
