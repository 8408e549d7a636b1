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

function draw(path: Path2D, points: readonly [number, number][], joined: boolean) {
  for (const [index, [x, y]] of points.entries())
    if (index === 0 && !joined) path.moveTo(x, y)
    else path.lineTo(x, y)
}

function atlasOf(topology: Topology): Atlas {
  const arcs = decode(topology)
  const land = new Path2D()
  const borders = new Path2D()
  for (const arc of arcs) draw(borders, arc, false)
  for (const ring of topology.objects.land.geometries.flatMap(({ arcs: polygons }) => polygons.flat())) {
    // A negative number is the arc of its complement, backwards.
    for (const [place, index] of ring.entries()) draw(land, index < 0 ? arcs[~index]!.toReversed() : arcs[index]!, place > 0)
    land.closePath()
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
