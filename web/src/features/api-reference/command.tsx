import { useTranslation } from 'react-i18next'
import { CopyButton } from '@/kit/copy-button'

type Call = { method: string; address: string; headers: Record<string, string>; body?: string }

export const curlOf = ({ method, address, headers, body }: Call) =>
  [
    `curl -X ${method} '${address}'`,
    ...Object.entries(headers).map(([name, value]) => `-H '${name}: ${value}'`),
    ...(body === undefined ? [] : [`-d '${body.replaceAll(/\s*\n\s*/g, ' ').replaceAll("'", "'\\''")}'`]),
  ].join(' \\\n  ')

/** A line for a shell, to be taken along. */
export function Command({ text }: { text: string }) {
  const { t } = useTranslation()
  return (
    <div className="bg-sunken border-border relative rounded-md border">
      <pre className="thin-scrollbar overflow-x-auto p-3 pr-10 text-xs" tabIndex={0} aria-label="curl">
        {text}
      </pre>
      <span className="absolute top-1.5 right-1.5">
        <CopyButton text={text} label={t('api_reference.copy_command')} />
      </span>
    </div>
  )
}
