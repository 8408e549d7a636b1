const sequenceMs = 1_000
let sequenceBeganAtMs = 0

/** Called when `g` was pressed: the next letter belongs to the sequence and to nobody else. */
export function beginSequence(): void {
  sequenceBeganAtMs = performance.now()
}

export function inSequence(): boolean {
  return sequenceBeganAtMs > 0 && performance.now() - sequenceBeganAtMs < sequenceMs
}

export function endSequence(): void {
  sequenceBeganAtMs = 0
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
