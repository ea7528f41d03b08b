import { readFile } from 'node:fs/promises'
import { join } from 'node:path'
import { describe, expect, test } from 'vitest'
import { SealiftError } from '../../../../src/kernel/errors/index.ts'
import { parseSpec } from '../../../../src/kernel/inputs/index.ts'

const good = `
apiVersion: sealift.dev/v1
kind: Bundle
metadata: { name: small, version: 1.0.0 }
kubernetes: 1.36.0
charts:
  - { name: one, oci: ghcr.io/org/charts/one, version: 1.2.3, release: one, namespace: apps }
budget: { memory: 640Mi, cpu: 300m }
`

function faultsOf(text: string): readonly string[] {
  try {
    parseSpec(text, 'bundle.yaml')
  } catch (error) {
    expect(error).toBeInstanceOf(SealiftError)
    expect((error as SealiftError).code).toBe('SPEC_INVALID')
    expect((error as SealiftError).message).toContain('bundle.yaml')
    return (error as SealiftError).faults
  }
  throw new Error('the spec was accepted')
}

describe('a good spec', () => {
  test('is filled with defaults', () => {
    const spec = parseSpec(good, 'bundle.yaml')
    expect(spec.platforms).toEqual(['linux/amd64'])
    expect(spec.charts[0]).toMatchObject({ values: [], timeoutSeconds: 600 })
    expect(spec.images).toEqual([])
  })

  test('may name the sites that it is for', () => {
    const sites = (list: string) => good.replace('version: 1.0.0 }', `version: 1.0.0, sites: ${list} }`)
    expect(parseSpec(good, 'bundle.yaml').metadata.sites).toBeUndefined()
    expect(parseSpec(sites('[bank-test, bank-prod]'), 'bundle.yaml').metadata.sites).toHaveLength(2)
    expect(faultsOf(sites('[Bank Prod]'))).toEqual([expect.stringMatching(/^metadata\.sites\[0\]: expected/)])
    expect(faultsOf(sites('[]'))).toEqual([expect.stringMatching(/^metadata\.sites: /)])
  })

  test.each(['infisical', 'sandbox'])('bundles/%s is one', async name => {
    const path = join(import.meta.dirname, '../../../../bundles', name, 'bundle.yaml')
    const spec = parseSpec(await readFile(path, 'utf8'), path)
    expect(spec.charts.map(({ wire }) => wire)).toEqual(['external-secrets', 'infisical'])
    expect(spec.budget).toEqual({ memory: '640Mi', cpu: '300m' })
  })
})

describe('faults', () => {
  test('five are all listed at once, each with path, expectation and finding', () => {
    const text = good
      .replace('kind: Bundle', 'kind: Bundel')
      .replace('kubernetes: 1.36.0', 'kubernetes: "1.36"')
      .replace('version: 1.2.3', 'version: latest')
      .replace('cpu: 300m', 'cpu: lots')
      .replace('oci: ghcr.io/org/charts/one, ', '')
    expect(faultsOf(text)).toEqual([
      'kind: expected "Bundle"; found "Bundel"',
      'kubernetes: expected the Kubernetes version of the site, such as 1.36.0; found "1.36"',
      'charts[0].version: expected an exact version, such as 2.9.0; found "latest"',
      'charts[0]: expected exactly one source: oci, repo or path',
      'budget.cpu: expected a Kubernetes quantity such as 640Mi or 300m; found "lots"',
    ])
  })

  test('unknown keys are named with the nearest known one', () => {
    expect(faultsOf(good.replace('release: one', 'release: one, verison: 2'))).toEqual([
      'charts[0].verison: unknown key; did you mean "version"?',
    ])
    expect(faultsOf(good.replace('cpu: 300m', 'cpu: 300m, disk: 1Gi'))).toEqual([
      'budget.disk: unknown key; known here: memory, cpu',
    ])
  })

  test('names that occur twice', () => {
    const again = '  - { name: one, path: one, version: 1.0.0, release: one, namespace: apps }\nbudget'
    expect(faultsOf(good.replace('budget', again))).toEqual([
      'charts[1].name: expected a name of its own; one is charts[0] already',
      'charts[1].release: expected a name of its own; one in namespace apps is charts[0] already',
    ])
  })

  test('a clash is told beside a fault in another field', () => {
    const again = '  - { name: one, path: one, version: one, release: two, namespace: apps }\nbudget'
    expect(faultsOf(good.replace('budget', again))).toHaveLength(2)
  })

  test('images that are no image names', () => {
    const faults = faultsOf(
      `${good}images: [docker.io/library/busybox:1.37, "Not An Image", "x@sha256:12"]\n`,
    )
    expect(faults.map(fault => fault.split(':')[0])).toEqual(['images[1]', 'images[2]'])
  })

  test('two sources, an OCI address with a tag, a path that leaves the folder', () => {
    const [two, tagged, outside] = [
      good.replace('oci: ghcr.io/org/charts/one', 'oci: ghcr.io/org/charts/one, path: charts/one'),
      good.replace('charts/one,', 'charts/one:1.2.3,'),
      good.replace('oci: ghcr.io/org/charts/one', 'path: ../one'),
    ]
    expect(faultsOf(two)[0]).toContain('exactly one source')
    expect(faultsOf(tagged)[0]).toContain('without tag')
    expect(faultsOf(outside)[0]).toContain('without ..')
    const hidden = good.replace('oci: ghcr.io/org/charts/one', 'path: "x\\n/../../one"')
    expect(faultsOf(hidden)[0]).toContain('without ..')
  })

  test('YAML that cannot be read is told with line and column', () => {
    expect(faultsOf('kind: Bundle\nmetadata: [1\n')[0]).toMatch(
      /^line \d+, column \d+: not readable as YAML: /,
    )
    expect(faultsOf('kind: a\nkind: b\n')[0]).toMatch(/^line 2, column 1: .*duplicated/)
  })

  test('an empty file, and one that is a list', () => {
    expect(faultsOf('')).toEqual(['(document): missing; expected a mapping'])
    expect(faultsOf('- 1')).toEqual(['(document): expected a mapping; found a list'])
  })

  test('what was found is made fit for a terminal', () => {
    expect(faultsOf(good.replace('Bundle', '"\\e[31mred"'))[0]).not.toContain('\u001b')
  })
})
