/** Widths of one point, in seconds. */
export const steps = [5, 10, 15, 30, 60, 120, 300, 600, 900, 1_800, 3_600, 7_200, 21_600, 43_200, 86_400] as const
const pointsWanted = 400

/** The finest width that fills a chart of so long a time without crowding it. */
export const automaticStep = (spanMs: number): number =>
  steps.find((seconds) => spanMs / 1000 / seconds <= pointsWanted) ?? steps[steps.length - 1]!
