import { CopyButton } from './copy-button'

/** A command, or settings, to be taken along to another place as it stands. */
export function CodeBox({ label, copyLabel, text }: { label: string; copyLabel: string; text: string }) {
  return (
    <div className="border-border bg-sunken rounded-md border">
      <div className="border-border flex items-center justify-between gap-2 border-b py-1 pr-1 pl-3">
        <span className="text-muted text-xs font-medium">{label}</span>
        <CopyButton text={text} label={copyLabel} withText />
      </div>
      <pre aria-label={label} className="px-3 py-2.5 font-mono text-xs leading-5 wrap-anywhere whitespace-pre-wrap select-all">
        {text}
      </pre>
    </div>
  )
}
