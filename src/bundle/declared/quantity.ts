import { printable, SealiftError } from '../../kernel/errors/index.ts'

const shape = /^([+-]?)(\d+)(?:\.(\d*))?(?:[eE]([+-]?\d{1,2})|([numkMGTPE]|[KMGTPE]i)?)$/
const decimal = { n: -9, u: -6, m: -3, k: 3, M: 6, G: 9, T: 12, P: 15, E: 18 } as const
const binary = { Ki: 10n, Mi: 20n, Gi: 30n, Ti: 40n, Pi: 50n, Ei: 60n } as const

/**
 * A Kubernetes memory quantity in bytes, fractions rounded up as Kubernetes does.
 * Grammar: k8s.io/apimachinery/pkg/api/resource.
 * @throws SealiftError RENDER_FAILED when it is no quantity
 */
export function parseMemory(text: string): number {
  return scaled(text, 0)
}

/** A Kubernetes CPU quantity in millicores, fractions rounded up. @throws SealiftError RENDER_FAILED */
export function parseCpu(text: string): number {
  return scaled(text, 3)
}

/** A quantity out of an object that others wrote, by one of the two above; nothing where it is none. */
export function quantityIn(value: unknown, parse: (text: string) => number): number | undefined {
  if (typeof value !== 'string' && typeof value !== 'number') return undefined
  try {
    return parse(String(value))
  } catch (error) {
    if (error instanceof SealiftError) return undefined
    throw error
  }
}

/** The quantity times 10^`power`, exactly, then rounded up. */
function scaled(text: string, power: number): number {
  const match = shape.exec(text.trim())
  if (match === null) throw new SealiftError('RENDER_FAILED', `not a Kubernetes quantity: ${printable(text)}`)
  const [, sign, whole = '', fraction = '', exponent, suffix] = match
  const shift = suffix !== undefined && suffix in binary ? binary[suffix as keyof typeof binary] : 0n
  const tens =
    suffix !== undefined && suffix in decimal
      ? decimal[suffix as keyof typeof decimal]
      : Number(exponent ?? 0)
  const digits = BigInt(whole + fraction) << shift
  const places = tens + power - fraction.length
  const value = places >= 0 ? digits * 10n ** BigInt(places) : divideUp(digits, 10n ** BigInt(-places))
  if (sign === '-' && value > 0n)
    throw new SealiftError('RENDER_FAILED', `a quantity below zero: ${printable(text)}`)
  return Number(value)
}

const divideUp = (value: bigint, by: bigint): bigint => (value + by - 1n) / by

/** Millicores as people write them for Kubernetes: `300m`. */
export function printCpu(millicores: number): string {
  return millicores === 0 ? '0' : `${millicores}m`
}
