import { expect, test } from 'vitest'
import { refuseUnfit } from '../../../../src/site/compatibility/index.ts'
import { judgeMinors, judgeStored } from '../../../../src/site/compatibility/operator.ts'

test.each([
  ['0.19.2', '0.20.4', 'yes'],
  ['0.20.1', '0.20.4', 'yes'],
  ['0.20.4', '1.0.0', 'yes'],
  ['1.3.2', '2.0.0', 'yes'],
  ['v0.19.2', 'v0.20.4', 'yes'],
  ['0.20.4', '1.1.0', 'doubt'],
  ['0.20.4', '2.9.0', 'doubt'],
  ['0.18.0', '0.20.0', 'doubt'],
  ['0.15.0', '0.17.0', 'no'],
  ['0.20.4', '0.19.2', 'no'],
  ['latest', '0.20.4', 'doubt'],
])('External Secrets Operator %s, then %s: %s', (here, next, ok) => {
  const found = judgeMinors(here, next)
  expect(found).toMatchObject({ id: 'eso/minor', ok })
  expect(found.hint === undefined).toBe(ok === 'yes')
})

const name = 'externalsecrets.external-secrets.io'
const crd = (versions: readonly string[], storedVersions?: readonly string[]) => ({
  ...{ apiVersion: 'apiextensions.k8s.io/v1', kind: 'CustomResourceDefinition', metadata: { name } },
  spec: { versions: versions.map(version => ({ name: version, served: true, storage: version === 'v1' })) },
  ...(storedVersions && { status: { storedVersions } }),
})

test('a stored version that the new definition does not have is refused; one it has, though not served, is fine', () => {
  const here = [crd(['v1', 'v1beta1'], ['v1beta1', 'v1'])]
  expect(judgeStored(here, [crd(['v1', 'v1beta1'])])).toEqual([])
  expect(judgeStored([], [crd(['v1'])])).toEqual([])
  const [found] = judgeStored(here, [crd(['v1'])])
  expect(found).toMatchObject({ id: `crd/stored/${name}`, ok: 'no' })
  expect(found?.seen).toContain('v1beta1')
})

test('all that forbids a step is told at once, and doubts let it pass', () => {
  const doubt = judgeMinors('0.20.4', '2.9.0')
  expect(() => refuseUnfit([doubt])).not.toThrow()
  const faults = [
    judgeMinors('0.20.4', '0.19.2'),
    ...judgeStored([crd(['v1beta1'], ['v1beta1'])], [crd(['v1'])]),
  ]
  expect(() => refuseUnfit([doubt, ...faults])).toThrow(
    expect.objectContaining({
      code: 'UPGRADE_UNFIT',
      faults: faults.map(({ id, seen }) => `${id}: ${seen}`),
      hints: faults.map(({ hint }) => hint),
    }),
  )
})
