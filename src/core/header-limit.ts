/** Sign-in redirects carry large cookies; Bun reads its limit from node:http before it listens (the environment variable does nothing). */
export async function raiseHeaderLimit(bytes: number) {
  const http = await import('node:http')
  Object.assign(http.default, { maxHeaderSize: bytes })
}
