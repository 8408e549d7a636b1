interface Ending {
  expires_at: Date | null
  grace_days: number
}

/** Until when a tenant works on after its licence has run out; null for one that does not. */
export const graceEnd = ({ expires_at, grace_days }: Ending) => expires_at && new Date(expires_at.getTime() + grace_days * 86_400_000)
