export const help = `Usage: monozu openapi

Prints the OpenAPI document of the Cloud API, generated from its routes.`

/** Nobody is served: where there is no key, any will do. */
export async function printDocument(load: () => Promise<{ handle: (request: Request) => Response | Promise<Response> }>) {
  if (!Bun.env.SECRET_KEY_FILE) Bun.env.SECRET_KEY ||= crypto.randomUUID()
  const reply = await (await load()).handle(new Request('http://localhost/api/docs/json'))
  console.log(JSON.stringify(await reply.json(), null, 2))
}

export const run = () => printDocument(async () => (await import('../app')).app)
