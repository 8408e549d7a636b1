type Call = { method: string; address: string; headers: Record<string, string>; body?: string }

/** A line for a shell. */
export const curlOf = ({ method, address, headers, body }: Call) =>
  [
    `curl -X ${method} '${address}'`,
    ...Object.entries(headers).map(([name, value]) => `-H '${name}: ${value}'`),
    ...(body === undefined ? [] : [`-d '${body.replaceAll(/\s*\n\s*/g, ' ').replaceAll("'", "'\\''")}'`]),
  ].join(' \\\n  ')
