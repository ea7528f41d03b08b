import { Errors, Flags } from '@oclif/core'

const units: Readonly<Record<string, number>> = { m: 60_000, h: 3_600_000, d: 86_400_000 }

/** A time in milliseconds since 1970: so long ago (`90m`, `24h`, `7d`), or as ISO 8601 has it, with its zone. */
export const sinceFlag = Flags.custom<number>({
  helpValue: 'TIME',
  async parse(text) {
    const [, number = '', unit = ''] = /^([1-9]\d{0,4})([mhd])$/.exec(text) ?? []
    if (number !== '') return Date.now() - Number(number) * (units[unit] ?? 0)
    const at = /^\d{4}-\d\d-\d\dT[\d:.]+(Z|[+-]\d\d:\d\d)$/.test(text) ? Date.parse(text) : Number.NaN
    if (!Number.isNaN(at)) return at
    throw new Errors.CLIError(`${text} is no time: write it like 24h, 7d or 2026-11-29T12:00:00Z`, {
      exit: 2,
    })
  },
})
