import { readConfiguration } from '../core/configuration'

export const help = `Usage: monozu keys rewrap

Seals everything that is kept encrypted (authenticator secrets, kept mail, ...) anew with the first key of ENCRYPTION_KEYS, in batches,
beside running processes; it can be broken off and begun again. Exit code 1 where something cannot be opened with any of the keys.
Needs DATABASE_URL of the login that migrates, and ENCRYPTION_KEYS.

To change the key: give every process new and old ("old:...,new:..."), then put the new one first everywhere ("new:...,old:..."),
run this with that, then leave the old one out.`

export async function run([word]: string[]): Promise<number> {
  if (word !== 'rewrap') {
    console.error(help)
    return 2
  }
  const { DATABASE_URL, ENCRYPTION_KEYS } = readConfiguration(Bun.env, ['DATABASE_URL', 'ENCRYPTION_KEYS'])
  const { rewrapSecrets } = await import('../rewrap')
  const outcomes = await rewrapSecrets(DATABASE_URL, (line) => console.log(line))
  for (const { table, unreadable } of outcomes) if (unreadable) console.error(`FAULT ${table}: ${unreadable} cannot be opened with any key`)
  if (outcomes.some(({ unreadable }) => unreadable)) return 1
  console.log(`everything is sealed with ${ENCRYPTION_KEYS[0]!.kid}; the other keys may go`)
  return 0
}
