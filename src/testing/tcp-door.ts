import { type Socket, connect } from 'node:net'
import { freePort } from '../core/embedded-postgres'

/**
 * A way to a database that can be shut, which cuts what is open, and opened again at the same place. `silence` carries nothing more through
 * what is open and tells neither side, as a cable that is cut; what is opened afterwards gets through.
 */
export function openDoor(databaseUrl: string) {
  const [real, here] = [new URL(databaseUrl), new URL(databaseUrl)]
  here.port = String(freePort())
  let shut = () => {}
  let silence = () => {}
  function open() {
    const through = new Set<Socket>()
    const silent = new WeakSet<Socket>()
    const listener = Bun.listen<Socket>({
      hostname: here.hostname,
      port: Number(here.port),
      socket: {
        open(from) {
          const to = connect(Number(real.port), real.hostname)
          to.on('data', (bytes) => void (silent.has(to) || from.write(bytes)))
          to.on('error', () => from.end())
          through.add(to)
          from.data = to
        },
        data: (from, bytes) => void (silent.has(from.data) || from.data.write(Buffer.from(bytes))),
        close: (from) => void from.data.destroy(),
      },
    })
    shut = () => {
      listener.stop(true)
      for (const to of through) to.destroy()
    }
    silence = () => through.forEach((to) => silent.add(to))
  }
  open()
  return { url: here.href, open, shut: () => shut(), silence: () => silence() }
}
