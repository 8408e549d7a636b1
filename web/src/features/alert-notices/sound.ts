let context: AudioContext | undefined

/** Browsers keep quiet until somebody has touched the page; then what was asked for before is heard, too. */
export function wakeSound(): void {
  context ??= new AudioContext()
  if (context.state === 'suspended') void context.resume()
}

/** Two short notes, made here: higher ones for what is worse. */
export function playSound(urgent: boolean): void {
  wakeSound()
  if (context?.state !== 'running') return
  const [low, high] = urgent ? [740, 988] : [440, 554]
  for (const [index, pitch] of [low, high].entries()) {
    const at = context.currentTime + index * 0.16
    const tone = new OscillatorNode(context, { frequency: pitch })
    const volume = new GainNode(context, { gain: 0 })
    volume.gain.setValueAtTime(0, at)
    volume.gain.linearRampToValueAtTime(0.2, at + 0.02)
    volume.gain.exponentialRampToValueAtTime(0.001, at + 0.3)
    tone.connect(volume).connect(context.destination)
    tone.start(at)
    tone.stop(at + 0.32)
  }
}
