import { openDatabase } from '../core/db'
import { config } from './config'

/** The database as monozu_management sees it: its own schema, and of the Cloud what functions there answer. */
export const database = openDatabase(config.DATABASE_URL)
