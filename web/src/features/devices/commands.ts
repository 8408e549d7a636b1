import { useMutation } from '@tanstack/react-query'
import { answer, api, type ItemOf } from '@/lib/api'
import { listOptions } from '@/lib/list'

type DeviceApi = ReturnType<typeof api.devices>

export type Command = ItemOf<DeviceApi['commands']['get']>
export type NewCommand = Parameters<DeviceApi['commands']['post']>[0]

const unfinished: ReadonlySet<Command['state']> = new Set(['queued', 'delivered', 'running'])

export function isUnfinished(command: Command): boolean {
  return unfinished.has(command.state)
}

export const commandList = (deviceId: string) => ({
  ...listOptions(['commands', 'list', deviceId], (cursor) =>
    answer(api.devices({ id: deviceId }).commands.get({ query: { limit: 50, cursor } })),
  ),
  // Progress is watched closely only while there is some.
  refetchInterval: (query: { state: { data?: { pages: { items: Command[] }[] } } }) =>
    query.state.data?.pages.some((page) => page.items.some(isUnfinished)) ? 1_500 : (false as const),
})

export function useSendCommand(deviceId: string) {
  return useMutation({
    meta: { invalidates: ['commands'], handlesError: true },
    mutationFn: (command: NewCommand) => answer(api.devices({ id: deviceId }).commands.post(command)),
  })
}

export function useCancelCommand() {
  return useMutation({
    meta: { invalidates: ['commands'] },
    mutationFn: (id: string) => answer(api.commands({ id }).cancel.post({})),
  })
}
