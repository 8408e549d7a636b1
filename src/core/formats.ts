import { FormatRegistry } from 'elysia/type-system'

/** RFC 9562: a version of 1 to 8 and the variant; or the nil or the max UUID. */
const uuid =
  /^(?:[\da-fA-F]{8}-[\da-fA-F]{4}-[1-8][\da-fA-F]{3}-[89abAB][\da-fA-F]{3}-[\da-fA-F]{12}|0{8}(?:-0{4}){3}-0{12}|f{8}(?:-f{4}){3}-f{12})$/
export const isUuid = (text: string) => uuid.test(text)

/** The OpenAPI plugin brings formats along that make a validator anew for each text: 30 microseconds an id. Said once it is loaded. */
export const useQuickFormats = () => FormatRegistry.Set('uuid', isUuid)
