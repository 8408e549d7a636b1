/** Asks again until it is true, for what arrives by itself within a moment (a notification, a frame). False when it never was. */
export async function eventually(holds: () => unknown, withinMs = 5000): Promise<boolean> {
  const started = performance.now()
  while (!(await holds())) {
    if (performance.now() - started > withinMs) return false
    await Bun.sleep(5)
  }
  return true
}
