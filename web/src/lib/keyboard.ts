const sequenceMs = 1_000
let sequenceBeganAtMs = Number.NEGATIVE_INFINITY

/** Called when `g` was pressed: the next letter belongs to the sequence and to nobody else. */
export function beginSequence({ timeStamp }: KeyboardEvent): void {
  sequenceBeganAtMs = timeStamp
}

/** By when the keys were pressed, not by when a busy page came to hear of them. */
export function inSequence({ timeStamp }: KeyboardEvent): boolean {
  return timeStamp - sequenceBeganAtMs < sequenceMs
}

export function endSequence(): void {
  sequenceBeganAtMs = Number.NEGATIVE_INFINITY
}

export function isTyping(event: KeyboardEvent): boolean {
  return (
    event.target instanceof HTMLElement &&
    event.target.closest('input:not([type="checkbox"]), textarea, select, [contenteditable="true"]') !== null
  )
}

/** Something lies over the page and has the keyboard, or will as soon as it is loaded. */
export function isCovered(): boolean {
  return document.querySelector('[role="dialog"], [role="alertdialog"], [role="menu"], [role="listbox"], [data-covered]') !== null
}
