type Environment = Record<string, string | undefined>

/** What the Management process goes by: MANAGEMENT_X before X, so that both planes can be told apart in one environment. */
export function managementEnvironment(env: Environment): Environment {
  const mine = Object.entries(env).filter(([name, value]) => name.startsWith('MANAGEMENT_') && value)
  const made: Environment = { ...env }
  for (const [name] of mine) {
    const bare = name.replace(/^MANAGEMENT_/, '').replace(/_FILE$/, '')
    delete made[bare]
    delete made[`${bare}_FILE`]
  }
  for (const [name, value] of mine) made[name.replace(/^MANAGEMENT_/, '')] = value
  if (!made.API_PUBLIC_URL && !made.API_PUBLIC_URL_FILE) made.API_PUBLIC_URL = `http://localhost:${made.PORT ?? 8080}`
  return made
}
