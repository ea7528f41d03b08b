/** A time of observation, in milliseconds since 1970, and the minutes after a start that come before rest. */
export interface RestingAt {
  readonly at: number
  readonly settled: number
}

/** Whether a container that started at an ISO time was past its boot; one whose start nobody knows was. */
export function isPastBoot(since: string | undefined, { at, settled }: RestingAt): boolean {
  return !(at - Date.parse(since ?? '') < settled * 60_000)
}
