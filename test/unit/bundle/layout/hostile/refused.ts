/** A sound bundle for strangers to change, and what each of their changes must come to. */
import { expect, test } from 'vitest'
import { openBundle } from '../../../../../src/bundle/layout/index.ts'
import { verifyBundle } from '../../../../../src/bundle/verify/index.ts'
import { memorySource } from '../../../../support/memory-files.ts'
import { sampleBundle } from '../../../../support/sample-bundle.ts'

export const { file, lock, plan } = sampleBundle()
export const text = (content: string) => Buffer.from(content)

/** What somebody did, the bundle that it gives, and the fault that names it. */
type Case = readonly [what: string, bytes: () => Buffer, fault: RegExp]

/** Each is refused when it is opened, found when it is verified, and told without commanding the terminal. */
export function areRefused(cases: readonly Case[]): void {
  test.each(cases)('%s', async (_, make, fault) => {
    const bytes = make()
    const error = await openBundle(memorySource(bytes)).then(
      () => undefined,
      (thrown: unknown) => thrown,
    )
    expect(error).toMatchObject({
      code: expect.stringMatching(/^BUNDLE_(MALFORMED|DAMAGED)$/),
      faults: expect.arrayContaining([expect.stringMatching(fault)]),
    })
    const { faults } = await verifyBundle(memorySource(bytes))
    expect(faults.map(one => `${one.where}: ${one.message}`)).toEqual(
      expect.arrayContaining([expect.stringMatching(fault)]),
    )
    // biome-ignore lint/suspicious/noControlCharactersInRegex: exactly these must not be printed
    for (const one of faults) expect(one.where + one.message).not.toMatch(/[\u0000-\u001f\u202e]/)
  })
}
