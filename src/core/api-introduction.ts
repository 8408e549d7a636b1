import { limits } from './limits'

const figure = (count: number) => count.toLocaleString('en')

/** What holds for every operation, in Markdown: the document begins with it. */
export const introduction = `
- **Bodies** are \`application/json\`, not compressed, at most ${figure(limits.bodyBytes)} bytes and ${limits.bodyDepth} levels deep.
- **Times** are RFC 3339, in UTC; **ids** are UUIDs in lower case (RFC 9562).
- **Lists** come in pages: \`limit\` (at most ${limits.pageRows}) and \`cursor\`, which is the \`next_cursor\` of the page before; it is null on the last one. A filter that is repeated (\`status=online&status=never\`) takes any of its values, different filters take what fits all of them.
- **Refusals** are \`application/problem+json\` (RFC 9457). Programs go by \`error\`, a word that keeps its meaning; \`detail\` is for people. Each operation lists its words. 429 and 503 are worth sending again after \`Retry-After\` seconds; so is 409 \`conflict\`, at once.
- **Versions**: what can be changed is answered with an \`ETag\`. Sent as \`If-Match\` with a change, it has that refused as 412 \`stale\` where somebody else was quicker; without it the last change holds.
- **Every answer** has an \`X-Request-Id\`, which support can find in the logs.
`
