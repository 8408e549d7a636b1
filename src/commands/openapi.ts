export const help = `Usage: monozu openapi

Prints the OpenAPI document of the Cloud API, generated from its routes.`

export async function run() {
  const { app } = await import('../app')
  const reply = await app.handle(new Request('http://localhost/api/docs/json'))
  console.log(JSON.stringify(await reply.json(), null, 2))
}
