// Publishes what it is posted (a JSON array of texts) to every socket.
const server = Bun.serve({
  hostname: '127.0.0.1',
  port: Number(process.argv[2]),
  async fetch(request, server) {
    if (server.upgrade(request)) return undefined
    if (request.method === 'POST') for (const text of (await request.json()) as string[]) server.publish('all', text)
    return new Response('ok')
  },
  websocket: {
    perMessageDeflate: false,
    open: (socket) => void socket.subscribe('all'),
    message: () => {},
  },
})
console.error(`publishing on ${server.port}`)
