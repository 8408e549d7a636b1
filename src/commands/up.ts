export const help = `Usage: monozu up [--no-demo]

Starts everything in one process tree: PostgreSQL, Cloud API with console (8000), ingestor (8090), worker, Management plane (8080), and an edge agent on this host.
DATA_DIR (default .data) keeps the database and its secrets; stop and start again as you like.
DATABASE_URL uses a PostgreSQL of yours (a login that may create roles) instead of the embedded one.
HOST (127.0.0.1), API_PORT, INGESTOR_PORT and MANAGEMENT_PORT say where to listen; DEMO_PASSWORD sets the demo password at the first start.
--no-demo makes no demo content and starts no edge agent.`

export async function run(words: string[]): Promise<number> {
  const unknown = words.find((word) => word !== '--no-demo')
  if (unknown) {
    console.error(`monozu up: ${JSON.stringify(unknown)} is not an option\n\n${help}`)
    return 2
  }
  const { readConfiguration } = await import('../core/configuration')
  const configuration = readConfiguration(Bun.env)
  const { up } = await import('../up/up')
  return up(configuration, { demo: !words.includes('--no-demo') })
}
