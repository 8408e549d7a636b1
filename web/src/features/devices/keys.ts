import { useMutation } from '@tanstack/react-query'
import { answer, api, type ItemOf } from '@/lib/api'
import { listOptions } from '@/lib/list'

type DeviceApi = ReturnType<typeof api.devices>

export type DeviceKey = ItemOf<DeviceApi['keys']['get']>

/** Whether it still opens anything; one with an end is being replaced. */
export const isLiving = ({ revoked_at, expires_at }: DeviceKey, now: number): boolean =>
  !revoked_at && (!expires_at || Date.parse(expires_at) > now)

export const deviceKeyList = (deviceId: string) => ({
  ...listOptions(['devices', 'keys', deviceId], (cursor) =>
    answer(api.devices({ id: deviceId }).keys.get({ query: { limit: 50, cursor } })),
  ),
  // That the device uses its new key is told by no frame.
  refetchInterval: (query: { state: { data?: { pages: { items: DeviceKey[] }[] } } }) =>
    query.state.data?.pages.some((page) => page.items.some((key) => key.expires_at && isLiving(key, Date.now())))
      ? 2_500
      : (false as const),
})

const meta = { invalidates: ['devices'], handlesError: true }

export function useCreateDeviceKey(deviceId: string) {
  return useMutation({ meta, mutationFn: () => answer(api.devices({ id: deviceId }).keys.post()) })
}

export function useRevokeDeviceKey() {
  return useMutation({ meta, mutationFn: (id: string) => answer(api['device-keys']({ id }).delete()) })
}
