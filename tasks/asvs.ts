import { join, resolve } from 'node:path'

const root = resolve(import.meta.dir, '..')

type Kind = 'n/a' | 'why' | 'part'
const kinds: Record<Kind, string> = { 'n/a': 'Not applicable', why: 'No test', part: 'In part' }

interface Requirement {
  id: string
  level: string
  title: string
  /** Why it does not concern the product, why it has no test, or what of it is still open though tests show a part. */
  reason?: { kind: Kind; text: string }
}
interface Shown {
  file: string
  line: number
  name: string
}

const chapters = (await Bun.file(join(root, 'docs/asvs/requirements.txt')).text())
  .split('\n# ')
  .slice(1)
  .map((part) => {
    const [title = '', ...lines] = part.trim().split('\n')
    return { title, requirements: lines.filter(Boolean).map(read) }
  })

function read(line: string): Requirement {
  const [, id, level, title, kind, text] = line.match(/^([\d.]+) (L[12]) (.+?)(?: ~ (n\/a|why|part): (.+))?$/) ?? []
  if (!id || !level || !title) throw new Error(`docs/asvs/requirements.txt: cannot be read: ${line}`)
  return { id, level, title, ...(kind && text && { reason: { kind: kind as Kind, text } }) }
}

/** Every `// ASVS 6.2.1, 6.2.2` above a test, with the test's name. */
async function tags(): Promise<[string, Shown][]> {
  const files = ['src', 'ingestor', 'web'].flatMap((folder) =>
    [...new Bun.Glob('**/*.test.{ts,tsx}').scanSync({ cwd: join(root, folder) })].map((file) => `${folder}/${file}`),
  )
  const found = await Promise.all(files.sort().map(async (file) => tagsIn(file, await Bun.file(join(root, file)).text())))
  return found.flat()
}

const testName = /\btest(?:\.each(?:<[^>]*>)?\([\s\S]*?\))?\(\s*(['"`])([\s\S]*?)\1,/

function tagsIn(file: string, text: string): [string, Shown][] {
  return [...text.matchAll(/^ *\/\/ ASVS ([\d., ]+)$/gm)].flatMap(({ index, 1: ids = '' }) => {
    const name = text.slice(index).match(testName)?.[2]
    if (name === undefined) throw new Error(`${file}: a tag stands above no test`)
    const line = text.slice(0, index).split('\n').length
    return ids.split(', ').map((id): [string, Shown] => [id, { file, line, name }])
  })
}

/** The page, the tags that name no requirement, and how many of the requirements that concern the product a test shows. */
export async function matrix() {
  const shown = Map.groupBy(await tags(), ([id]) => id)
  const every = chapters.flatMap(({ requirements }) => requirements)
  const known = new Set(every.map(({ id }) => id))
  const concerning = every.filter(({ reason }) => reason?.kind !== 'n/a')
  const inPart = concerning.filter(({ reason }) => reason?.kind === 'part')
  const tested = concerning.filter(({ id, reason }) => shown.has(id) && !reason)
  const row = ({ id, level, title, reason }: Requirement) => {
    // By file and name, not by line: the page is stale only where a tag or a test's name changed.
    const tests = (shown.get(id) ?? []).map(
      ([, { file, name }]) => `[${file.split('/').at(-1)}](../${file}): ${name.replaceAll('|', '\\|')}`,
    )
    const why = reason ? `${kinds[reason.kind]}: ${reason.text}` : tests.length ? [] : 'No test yet'
    return `| ${id} | ${level} | ${title} | ${tests.concat(why).join('<br>')} |`
  }
  const parts = chapters.map(({ title, requirements }) =>
    [`## ${title}`, '', '| | level | requirement | shown by |', '| --- | --- | --- | --- |', ...requirements.map(row)].join('\n'),
  )
  const page = `# OWASP ASVS 5.0.0, levels 1 and 2

Made by \`bun run asvs\` from \`docs/asvs/requirements.txt\` and the tags (\`// ASVS 6.2.1\`) above the tests; a test fails where this page is not what they say.
${every.length} requirements, ${concerning.length} of them concern this product, ${tested.length} of those are shown by a test in full, ${inPart.length} in part. The titles are our own words; the standard's text decides.

${parts.join('\n\n')}
`
  const silent = every.filter(({ id, reason }) => !reason && !shown.has(id)).map(({ id }) => id)
  const contradicted = every.filter(({ id, reason }) => reason && shown.has(id) !== (reason.kind === 'part')).map(({ id }) => id)
  return {
    page,
    unknown: [...shown.keys()].filter((id) => !known.has(id)),
    contradicted,
    silent,
    share: (tested.length + inPart.length) / concerning.length,
    shareInFull: tested.length / concerning.length,
    every,
  }
}

export const matrixPath = join(root, 'docs/asvs.md')

if (import.meta.main) {
  const { page, share, shareInFull, unknown } = await matrix()
  await Bun.write(matrixPath, page)
  console.log(
    `docs/asvs.md: ${(share * 100).toFixed(1)} % of what concerns the product has a test, ${(shareInFull * 100).toFixed(1)} % in full${unknown.length ? `; unknown: ${unknown.join()}` : ''}`,
  )
}
