type SparklineProps = {
  values: readonly number[]
  /** What they say, in words: shapes alone tell nobody who does not see them. */
  label: string
  /** In pixels; without it as wide as its place. */
  width?: number
  height?: number
}

const gap = 1

/** A bar for each value, the highest as high as the line. */
export function Sparkline({ values, label, width = 120, height = 22 }: SparklineProps) {
  const most = Math.max(1, ...values)
  const step = width / values.length
  return (
    <svg
      role="img"
      aria-label={label}
      viewBox={`0 0 ${width} ${height}`}
      width={width}
      height={height}
      preserveAspectRatio="none"
      className="text-accent-text max-w-full"
    >
      <title>{label}</title>
      {values.map((value, index) => {
        // What is little is still seen, what is nothing is a thread at the bottom.
        const tall = value > 0 ? Math.max(2, (value / most) * height) : 0.75
        return (
          <rect
            // oxlint-disable-next-line react/no-array-index-key -- a day has no other name here
            key={index}
            x={index * step}
            y={height - tall}
            width={Math.max(1, step - gap)}
            height={tall}
            fill="currentColor"
            opacity={value > 0 ? 0.85 : 0.35}
          />
        )
      })}
    </svg>
  )
}
