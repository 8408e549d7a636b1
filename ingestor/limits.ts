/** Every limit of the ingestor in one place; units are in the names. */
export const limits = {
  bodyBytes: 8 * 1_048_576,
  inflatedBytes: 32 * 1_048_576,
  /** At the doors of other protocols, which read a body in one go. */
  doorBytes: 4 * 1_048_576,
  /** A statement of InfluxQL. */
  queryBytes: 8192,
  /** Numbers in one request at those doors. */
  doorValues: 100_000,
  /** A zstd window (RFC 9659) as a power of two: 8 MiB. */
  zstdWindowLog: 23,
  /** All bodies in work at once, inflated; beyond it 503. */
  budgetBytes: 48 * 1_048_576,
  /** What one tenant's bodies may hold of memory, and its records of the spool, as a multiple of what is left free. */
  tenantTimesFree: 8,
  quotaTenants: 10_000,
  quotaSavedSeconds: 10,
  quotaLongestSeconds: 3_600,
  /** A tenant past its quota is told of in the log at most this often. */
  quotaToldMs: 60_000,
  /** Bodies up to this are reserved whole and read in one go. */
  smallBodyBytes: 262_144,
  bodyMs: 30_000,
  records: 10_000,
  recordBytes: 262_144,
  depth: 8,
  metrics: 1_000,
  nameCharacters: 100,
  labels: 20,
  labelCharacters: 200,
  idCharacters: 100,
  longTextCharacters: 8_192,
  titleCharacters: 300,
  shortTextCharacters: 200,
  openPorts: 2_000,
  /** A whole record. */
  rejectedTextBytes: 262_144,
  replayedAtOnce: 50,
  replayPauseMs: 10_000,
  rejectedListed: 1_000,
  /** Work on one body is cut into slices of this length, so that others are served in between. */
  sliceMs: 5,
  /** In use, which is for as long as they are kept by themselves; and all that frames or rollups may still be of. */
  layoutsInUsePerTenant: 20_000,
  layoutsPerTenant: 200_000,
  /** In all its layouts together. */
  layoutNamesPerTenant: 2_000_000,
  layoutsCacheCharacters: 16_777_216,
  layoutTenants: 200,
  layoutsReadAgainMs: 1_000,
  /** How long a layout is kept beyond now and its latest frame, and so how often it is told that it is in use. */
  layoutKeptMs: 7 * 86_400_000,
  /** What bodies are remembered to look like, and of how many devices. */
  shapesBytes: 16 * 1_048_576,
  shapeDevices: 50_000,
  /** Records at the beginning of a body. */
  shapesLearned: 500,
  /** Rows of a body that is read along its shapes. */
  followedBytes: 1_048_576,
  keyCharacters: 200,
  /** How often what tenants sent is added to what the database knows of the day. */
  volumeFlushMs: 5_000,
  keyCacheMs: 5_000,
  /** How long a key that was valid goes on being accepted while the database is away and there is a spool. */
  keyAwayMs: 3_600_000,
  keyCacheEntries: 50_000,
  strangerCacheMs: 2_000,
  strangerCacheEntries: 20_000,
  keysPerLookup: 500,
  keysWaiting: 5_000,
  lanes: 2,
  /** A batch that takes longer than this does not keep the next one waiting. */
  batchOnTimeMs: 10,
  /** What waits is never worth a batch beside one on time while it is less than the least, and always from the most on. */
  secondBatchBytes: { least: 12_288, most: 98_304 },
  /** So much of what was under way still counts a batch later. */
  underWayKept: 0.99,
  /** How long frames are looked for before they are added, once some were there already. */
  repeatsMs: 60_000,
  batchBytes: 4 * 1_048_576,
  flushMs: 20_000,
  readMs: 2_500,
  /** With a spool behind it, a batch that is not committed after this goes there. */
  spoolAfterMs: 2_500,
  segmentBytes: 8 * 1_048_576,
  drainPauseMs: 250,
  abandonedMs: 10_000,
  connectMs: 5_000,
  connectionAgeMs: 3_600_000,
  /** Rollups are made of five minutes. */
  arrivalMs: 300_000,
  arrivalsRememberedMs: 360_000,
  presenceMs: 10_000,
  presenceEntries: 200_000,
  readyMs: 2_000,
  retryAfterSeconds: 2,
  /** When to come again to a tenant that is closed. */
  closedRetrySeconds: 300,
  shutdownMs: 10_000,
  lastAnswersMs: 500,
} as const
