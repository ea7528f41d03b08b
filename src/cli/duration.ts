/** Seconds with one decimal, or minutes from two minutes on. */
export function duration(milliseconds: number): string {
  const seconds = milliseconds / 1000
  if (seconds < 120) return `${seconds.toFixed(1)}s`
  const whole = Math.round(seconds)
  return `${Math.floor(whole / 60)}m ${whole % 60}s`
}

/** How the line ends that says that a step has. */
export function tail(detail: string | undefined, started: number): string {
  return `${detail ? ` · ${detail}` : ''} · ${duration(Date.now() - started)}`
}
