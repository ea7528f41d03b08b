/** Randomness that can be had again: everything about a case follows from the run's seed and the case's number. */
import { createHash } from 'node:crypto'

/** A small generator (sfc32, Chris Doty-Humphrey's PractRand), seeded by a text. */
export class Random {
  readonly #state: Uint32Array

  constructor(seed: string) {
    const hash = createHash('md5').update(seed).digest()
    this.#state = Uint32Array.from([0, 4, 8, 12], at => hash.readUInt32LE(at))
    for (let i = 0; i < 4; i++) this.#next()
  }

  #next(): number {
    const [a = 0, b = 0, c = 0, d = 0] = this.#state
    const sum = (a + b + d) >>> 0
    this.#state.set([b ^ (b >>> 9), (c + (c << 3)) >>> 0, (((c << 21) | (c >>> 11)) + sum) >>> 0, d + 1])
    return sum
  }

  /** A whole number from 0 to below `end`. */
  below(end: number): number {
    return Math.floor((this.#next() / 2 ** 32) * end)
  }

  /** True once in `n` times. */
  once(n: number): boolean {
    return this.below(n) === 0
  }

  /** One of a list, or `undefined` when it is empty. */
  maybe<T>(list: readonly T[]): T | undefined {
    return list[this.below(list.length)]
  }

  /** One of a list that is not empty. */
  pick<T>(list: readonly T[]): T {
    return this.maybe(list) as T
  }

  /** Small numbers often, large ones seldom. */
  count(most: number): number {
    return 1 + Math.floor(most ** (this.below(1000) / 1000) - 1)
  }

  bytes(length: number): Buffer {
    return Buffer.from(Array.from({ length }, () => this.below(256)))
  }
}
