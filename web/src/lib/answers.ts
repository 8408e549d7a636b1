import { problemFrom } from './problem'

type Answer<Data> = { data: Data | null; error: { status: unknown; value: unknown } | null; response: Response | undefined; status: number }
/** As it arrives: the server's times are ISO strings once they went through JSON. */
type Wire<Value> = Value extends Date ? string : Value extends object ? { [Key in keyof Value]: Wire<Value[Key]> } : Value
/** What a call of the treaty answers when all went well. */
export type AnswerOf<Call extends (...input: never[]) => Promise<{ data: unknown }>> = Wire<NonNullable<Awaited<ReturnType<Call>>['data']>>
/** One entry of a list that the server answers as `{ items }`. */
export type ItemOf<Call extends (...input: never[]) => Promise<{ data: unknown }>> =
  AnswerOf<Call> extends { items: readonly (infer Item)[] } ? Item : never

/** The data of an answer; a refusal is thrown as a Problem. */
export async function answer<Data>(call: Promise<Answer<Data>>): Promise<Wire<Data>> {
  return (await taggedAnswer(call)).data
}

/** With the version it has on the server; null where it came with a list, which names none. */
export type Tagged<Data> = { data: Data; etag: string | null }

/** As the server writes the version of what tells it. */
export const etagOf = ({ version }: { version: number }) => `"v${version}"`

/** Of a list whose entries tell their version. */
export const taggedBy = <Data extends { version: number }>(data: Data): Tagged<Data> => ({ data, etag: etagOf(data) })

/** Of a list, until it comes by itself. */
export const untagged = <Data>(data: Data): Tagged<Data> => ({ data, etag: null })

/** The data of an answer with its version. */
export async function taggedAnswer<Data>(call: Promise<Answer<Data>>): Promise<Tagged<Wire<Data>>> {
  const { data, error, response, status } = await call
  if (error || !response) throw problemFrom(status, error?.value, response)
  // A 204 has no body; its Data is undefined or void.
  return { data: data as Wire<Data>, etag: response.headers.get('etag') }
}

/** Makes a change be refused with 412 where this version is not the newest any more (RFC 9110, section 13.1.1). */
export const ifMatch = (etag: string | null | undefined) => (etag ? { headers: { 'if-match': etag } } : undefined)
