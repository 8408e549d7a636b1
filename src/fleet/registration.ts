import type { Credentials } from './device'

const mostPauseMs = 10_000

/** Registers a device as an appliance does; undefined once `stop` is over. Throws where the answer will not change by itself. */
export async function registerDevice(
  cloudUrl: string,
  provisioningKey: string,
  device: { name: string; hardware_id: string },
  stop: AbortSignal,
): Promise<Credentials | undefined> {
  const headers = { 'content-type': 'application/json', 'x-provisioning-key': provisioningKey }
  for (let pauseMs = 100; !stop.aborted; pauseMs = Math.min(2 * pauseMs, mostPauseMs)) {
    const response = await fetch(`${cloudUrl}/api/v1/devices/register`, {
      method: 'POST',
      headers,
      body: JSON.stringify(device),
      signal: AbortSignal.any([stop, AbortSignal.timeout(15_000)]),
    }).catch(() => undefined)
    if (response?.status === 201) return (await response.json()) as Credentials
    if (response && response.status < 500 && response.status !== 429)
      throw new Error(`a device cannot be registered: ${response.status} ${(await response.text()).slice(0, 200)}`)
    await Bun.sleep(Math.max(pauseMs, 1000 * Number(response?.headers.get('retry-after') ?? 0)))
  }
  return undefined
}
