import { join } from 'node:path'
import type { Configuration } from '../../src/core/configuration'

/** Where an ingestor of this configuration keeps its spool and how much of it; undefined where it keeps none. */
export const spoolPlace = ({ SPOOL_DIR, SPOOL_BYTES }: Configuration) =>
  SPOOL_BYTES ? { folder: SPOOL_DIR || join(Bun.env.DATA_DIR ?? '.data', 'spool'), bytes: SPOOL_BYTES } : undefined
