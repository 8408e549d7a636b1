/** Every limit of the API in one place; units are in the names. */
export const limits = {
  /** The longest support access that can be asked for. */
  supportHours: 72,
  bodyBytes: 1_048_576,
  bodyDepth: 32,
  refusalPauseMs: 60_000,
  refusalsRemembered: 20_000,
  /** Audit entries that are sealed, or verified, at once. */
  sealRows: 1_000,
  /** Spans that wait to be exported before more are dropped, and how many leave at once. */
  spansKept: 8_192,
  spansAtOnce: 512,
  /** How long the end of a process may wait for the last of them to leave. */
  lastSpansMs: 5_000,
  exportMs: 3_600_000,
  /** The archive of a tenant: how large a file of it grows, rows that are read at once (at first, and at most), how long a job makes it before it commits. */
  archivePartBytes: 8_388_608,
  archiveFirstRows: 100,
  archivePageRows: 10_000,
  archiveSliceMs: 20_000,
  /** How long a link to it holds, and a browser that has opened one. */
  archiveLinkMs: 7 * 86_400_000,
  archiveOpenMs: 3_600_000,
  /** After so long without a step the making is taken up again, by whoever is there. */
  archiveStalledMs: 5 * 60_000,
  /** Rows of a deleted tenant that are removed in one transaction. */
  eraseRows: 50_000,
  exportPageRows: 500,
  /** Downloads of one tenant at once in this process, before 429. */
  exportsAtOnce: 5,
  /** Entries of one list, or fields of one object. */
  bodyMembers: 10_000,
  pageRows: 200,
  /** The same of sites as a map asks for them, of which each is a few words. */
  places: 5_000,
  /** Rows of one call of a bulk action. */
  bulkRows: 200,
  /** The same of users and service accounts, each of whom takes a dozen statements and more. */
  bulkAccounts: 50,
  /** Choices of a filter that are told. */
  facets: 50,
  /** Rows that a text search takes out of its index; where there are more, the list is looked through. */
  searchedRows: 1_000,
  /** Rows of a list that are looked through in its order, before all of them are. */
  walkedRows: 5_000,
  defaultPageRows: 50,
  /** How long a request waits for a transaction before 503: a frozen database must not hold its callers. */
  transactionMs: 8_000,
  jobMs: 600_000,
  shutdownMs: 10_000,
  /** Requests that may wait for a database connection, and for how long, before 503. */
  waitingRequests: 1_000,
  connectionWaitMs: 5_000,
  databaseStartMs: 5_000,
  sessionCacheMs: 5_000,
  sessionCacheEntries: 50_000,
  tokenCacheEntries: 20_000,
  /** How often a process tries whether signals arrive: one that does not would be behind for as long as its caches hold, and consoles until somebody looks. */
  signalPulseMs: 10_000,
  sessionIdleMs: 24 * 3_600_000,
  refreshGraceMs: 10_000,
  /** As many tabs as a browser may wake at once. */
  refreshGraceUses: 100,
  /** Password verifications at once, and waiting, before 429. */
  bcryptAtOnce: 2,
  bcryptWaiting: 64,
  bcryptCost: 12,
  /** Of a hash that was brought along from elsewhere; a dearer one would hold the queue. */
  bcryptCostMost: 14,
  rewrapRows: 500,
  /** How long the list of breached passwords may take to answer, and what a range of it may hold. */
  breachedMs: 2_000,
  breachedRangeBytes: 262_144,
  passwordCharacters: { least: 12, most: 256 },
  mfaStepMs: 30_000,
  mfaPendingMs: 15 * 60_000,
  mfaChallengeMs: 5 * 60_000,
  mfaTries: 5,
  recoveryCodes: 10,
  apiTokenDays: 366,
  apiTokensPerOwner: 100,
  credentialUseMs: 60_000,
  /** How long an expired licence goes on, how long the Management plane may take to answer, and how often a waiting tenant asks it. */
  licenceGraceMs: 14 * 86_400_000,
  managementMs: 3_000,
  licenceAskMs: 5_000,
  licencesAtOnce: 8,
  /** Messages of the Management plane to the Cloud: how many at once, the pauses between tries, and after how long they are given up. */
  deliveriesAtOnce: 4,
  deliveryFirstPauseMs: 1_000,
  deliveryLongestPauseMs: 3_600_000,
  deliveryMs: 3 * 86_400_000,
  /** Tenants whose numbers the Cloud tells at once, how often they are asked for, and after how long without an answer it is said that the Cloud is away. */
  usageTenants: 500,
  usageMs: 60_000,
  usageRetryMs: 10_000,
  usageAnswerMs: 15_000,
  usageRows: 5_000,
  usageStaleMs: 5 * 60_000,
  /** After so many questions in a row without an answer the others are asked next time. */
  licencesUnanswered: 8,
  /** How long a device's former key still works when the new one is never used. */
  deviceKeyOverlapMs: 7 * 86_400_000,
  failuresBeforeDelay: 5,
  longestDelayMs: 15 * 60_000,
  failureWindowMs: 15 * 60_000,
  addressFailures: 100,
  domainFailures: 1_000,
  deviceCookieMs: 180 * 86_400_000,
  mailAttempts: 8,
  mailFirstPauseMs: 15_000,
  mailKeptMs: 30 * 86_400_000,
  resetMs: 30 * 60_000,
  /** How long a password works that somebody else chose; it is changed as it is first used. */
  firstPasswordMs: 3 * 86_400_000,
  /** Requests for a reset link that may be worked on behind their answers. */
  resetsAtOnce: 100,
  invitationMs: 7 * 86_400_000,
  addressCheckMs: 3 * 86_400_000,
  tenantChoiceMs: 5 * 60_000,
  ssoTransactionMs: 10 * 60_000,
  ssoHandoffMs: 60_000,
  proofMs: 5 * 60_000,
  providerSeconds: 5,
  providerBytes: 262_144,
  providersKept: 500,
  dnsMs: 3_000,
  domains: 50,
  /** How long what DNS said of a proven domain is believed: less than the day between two rounds. */
  domainCheckedMs: 12 * 3_600_000,
  /** How long the record of a proven domain may be missing. */
  domainMissingMs: 3 * 86_400_000,
  /** How long what a provider says of itself is believed. */
  providerKeptMs: 3_600_000,
  /** Saved views of one list, of one owner or shared. */
  savedViews: 100,
  orgUnits: 2_000,
  orgUnitDepth: 32,
  socketsPerUser: 10,
  socketInboundBytes: 65_536,
  socketBacklogBytes: 1_048_576,
  replayFrames: 500,
  /** After how long live events that could not be read are tried again: the next signal may be long in coming. */
  liveAgainMs: 5000,
  liveEventsKeptMs: 3_600_000,
  idempotencyKeptMs: 24 * 3_600_000,
  commandLeaseMs: 60_000,
  commandAttempts: 5,
  commandsPerLease: 10,
  commandWaitSeconds: 30,
  commandExpiresSeconds: 86_400,
  onlineMs: 75_000,
  queryPoints: 50_000,
  /** Points of all series of a page together, where each has one a bucket. */
  queryPagePoints: 100_000,
  /** How long refused records are kept. */
  replayedAtOnce: 10_000,
  /** By how much the clocks of process and database may differ where something is removed for good. */
  clocksApartMs: 3_600_000,
  rejectedKeptMs: 30 * 86_400_000,
  queryDevices: 100,
  /** Of a question that names a unit and none of its devices. */
  queryUnitDevices: 5_000,
  querySeries: 500,
} as const
