import { readConfiguration } from '../core/configuration'

export const help = `Usage: monozu migrate

Brings the database to this version: roles, tables, job queue, rights. Safe to run twice, and by two at once.
Needs DATABASE_URL of a login that may create roles. Where DATABASE_APP_PASSWORD, DATABASE_INGEST_PASSWORD or
DATABASE_MANAGEMENT_PASSWORD are given, the roles monozu_app, monozu_ingest and monozu_management get that password.`

export async function run() {
  const config = readConfiguration(Bun.env, ['DATABASE_URL'])
  const { migrateDatabase } = await import('../core/migrate')
  const applied = await migrateDatabase(config.DATABASE_URL, {
    ...(config.DATABASE_APP_PASSWORD && { monozu_app: config.DATABASE_APP_PASSWORD }),
    ...(config.DATABASE_INGEST_PASSWORD && { monozu_ingest: config.DATABASE_INGEST_PASSWORD }),
    ...(config.DATABASE_MANAGEMENT_PASSWORD && { monozu_management: config.DATABASE_MANAGEMENT_PASSWORD }),
  })
  console.log(applied.length ? `applied ${applied.join(', ')}` : 'nothing to apply; rights renewed')
}
