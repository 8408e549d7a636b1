import { expect } from 'bun:test'
import { Problem } from '../../../src/core/problem'
import { makeDevice } from '../../testing'
import type { Door } from '../door'

export const [json, protobuf] = ['application/json', 'application/x-protobuf'] as const
export const types = [json, protobuf]

/** Sends to one of the two doors. */
export const poster =
  (url: string) =>
  async (key: string, body: string | Buffer, type: string, headers: Record<string, string> = {}) => {
    const response = await fetch(url, { method: 'POST', body, headers: { 'x-device-key': key, 'content-type': type, ...headers } })
    return { status: response.status, type: response.headers.get('content-type'), text: await response.text() }
  }

/** What fails as a whole is a google.rpc.Status in its own type. */
export async function expectStatuses(post: ReturnType<typeof poster>, type: string) {
  const { key } = await makeDevice()
  for (const [status, code, answer] of [
    [400, 3, await post(key, 'hello', type)],
    [401, 16, await post('mzd_no', '', type)],
    [413, 8, await post(key, ' '.repeat(5 * 1_048_576), type)],
  ] as const) {
    expect(answer).toMatchObject({ status, type })
    if (type === json) expect(JSON.parse(answer.text)).toMatchObject({ code })
    else expect([...Buffer.from(answer.text).subarray(0, 3)]).toEqual([8, code, 18])
  }
  expect(await post(key, '', 'text/plain')).toMatchObject({ status: 415 })
}

/** Reads a body to its end, or sees it refused. */
export function readOrRefuse(doorOf: (request: Request) => Door, bytes: Buffer, type: string) {
  const request = new Request('http://localhost/', { headers: { 'content-type': type } })
  try {
    const items = doorOf(request).read(bytes, request)
    for (let index = 0; index < items.count; index++) items.text(index)
  } catch (error) {
    expect(error).toBeInstanceOf(Problem)
  }
}
