import { expect, test } from 'vitest'
import { type Kind, kinds } from '../../../../../../src/kernel/ports/index.ts'
import type { Installation } from '../../../../../../src/site/verbs/install/installation.ts'
import {
  finalizersBack,
  operatorsFinalizers,
} from '../../../../../../src/site/verbs/install/upgrade/finalizers.ts'
import { recordedTalk } from '../../../../../support/recorded-talk.ts'

const real = 'externalsecrets.external-secrets.io/externalsecret-cleanup'
const many = Array.from({ length: 3000 }, (_, n) => `a${n}.external-secrets.io/x`)

/** A cluster whose ExternalSecrets have these finalizers. */
const clusterOf = (...all: readonly (readonly string[])[]) => ({
  list: async ({ kind }: Kind) =>
    kind !== kinds.externalSecret.kind
      ? []
      : all.map((finalizers, n) => ({
          ...kinds.externalSecret,
          metadata: { name: `es-${n}`, namespace: 'team', finalizers: [...finalizers] },
        })),
})

test('those of the operator are noted, each once, and nobody else’s', async () => {
  expect(await operatorsFinalizers(clusterOf([real, 'example.com/own'], [real], []))).toEqual([real])
})

test('an object with any number of them leaves room for those that others have', async () => {
  const found = await operatorsFinalizers(clusterOf(many, [real], [real]))
  expect(found).toHaveLength(100)
  expect(found).toContain(real)
})

test('a way back takes off what was not noted, and leaves an object that has any number of them', async () => {
  const released: string[] = []
  const cluster = {
    ...clusterOf(many, [real]),
    releaseFinalizer: async (_: object, finalizer: string) => void released.push(finalizer),
  }
  const release = { release: 'external-secrets', namespace: 'external-secrets', revision: 1 }
  const installation = { wired: { externalSecrets: release }, host: { cluster }, talk: recordedTalk() }
  const note = { finalizers: [] } as unknown as Parameters<typeof finalizersBack>[1]
  const [step] = finalizersBack([release], note, installation as unknown as Installation)
  await step?.run(() => {}, new AbortController().signal)
  expect(released).toEqual([real])
})
