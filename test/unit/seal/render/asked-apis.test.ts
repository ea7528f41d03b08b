import { describe, expect, test } from 'vitest'
import { siteApis } from '../../../../src/kernel/inputs/index.ts'
import { answered, askedApis, askedInWords, isTemplateText } from '../../../../src/seal/render/asked-apis.ts'

describe('what is asked', () => {
  test('is nothing where no file of the chart asks', () => {
    expect(askedApis(['apiVersion: a.test/v1\nkind: Thing\n'])).toEqual([])
  })

  test('is what files name, also beside the one that asks', () => {
    const helper = '{{ if .Capabilities.APIVersions.Has .Values.api }}'
    expect(askedApis([helper, 'api: a.test/v1beta1\nother: "v1/Pod"\n'])).toEqual([
      'a.test/v1beta1',
      'v1/Pod',
    ])
  })

  test('is what can be put together of the parts in a file that asks', () => {
    const parts = '{{ printf "%s/v2" "a.test" }} kind: Thing {{ .Capabilities.APIVersions }}'
    expect(askedApis([parts])).toEqual(expect.arrayContaining(['a.test/v2', 'a.test/v2/Thing', 'a.test/v1']))
  })

  test('is not without bounds, however much there is in a file to put together', () => {
    const lines = Array.from({ length: 6000 }, (_, i) => `g${i}.test/v${i % 9}: "Kind${i}"${' '.repeat(50)}`)
    const text = `.Capabilities.APIVersions ${lines.join('\n')}${' '.repeat(200_000)}${'{{ '.repeat(9000)}`
    expect(askedApis([text])).toHaveLength(3000)
    expect(askedInWords([text])).toEqual({ apis: [], cancelling: false })
  })

  test('is no path, address or image', () => {
    const text = 'Capabilities /api/v1/Pod x.test/y/v1 https://x.test/v1/a x/v1-2'
    expect(askedApis([text])).toEqual([])
  })

  test('in so many words is in actions, and may be asked not to be there', () => {
    const has = (api: string) => `{{ if .Capabilities.APIVersions.Has "${api}" }}`
    const hasNot = '{{ if not (has "b.test/v1/Thing" .Capabilities.APIVersions) }}'
    expect(askedInWords([`${has('a.test/v1')} apiVersion: c.test/v1`])).toEqual({
      apis: ['a.test/v1'],
      cancelling: false,
    })
    expect(askedInWords([`${has('a.test/v1')} apiVersion: c.test/v1`, hasNot])).toEqual({
      apis: ['a.test/v1', 'b.test/v1/Thing'],
      cancelling: true,
    })
  })

  test('is looked for in templates and values of charts and subcharts, not in CRDs', () => {
    const paths = ['a/templates/x', 'a/values.yaml', 'a/charts/b/templates/_x.tpl', 'a/files/x.json']
    expect(paths.every(isTemplateText)).toBe(true)
    expect(['a/crds/x.yaml', 'a/charts/b/crds/x.yaml', 'a/README.md'].some(isTemplateText)).toBe(false)
  })
})

describe('the answer', () => {
  const own = new Set(['apps/v1', 'apps/v1beta1', 'v1'])
  const of = (asked: string[], spec: string[] = []) => answered(asked, siteApis(spec), own)

  test('of Kubernetes’ own stable versions covers their kinds, of others it does not', () => {
    expect(of(['apps/v1', 'apps/v1/Deployment', 'v1/Pod', 'apps/v1beta1/Old'])).toEqual({
      claimed: ['apps/v1/Deployment', 'v1/Pod'],
      open: ['apps/v1beta1/Old'],
    })
  })

  test('of a version stands for its kinds, unless kinds are listed or one is said to be missing', () => {
    const asked = ['a.test/v1/One', 'a.test/v1/Two']
    expect(of(asked, ['a.test/v1'])).toEqual({ claimed: ['a.test/v1', ...asked], open: [] })
    expect(of(asked, ['a.test/v1/One']).open).toEqual(['a.test/v1/Two'])
    expect(of(asked, ['a.test/v1', 'not a.test/v1/Two'])).toEqual({
      claimed: ['a.test/v1', 'a.test/v1/One'],
      open: [],
    })
  })

  test('where all is known, nothing stays open, and what is not known is not there', () => {
    const known = new Set(['a.test/v1', 'a.test/v1/One', 'apps/v1', 'apps/v1/Deployment'])
    const asked = ['a.test/v1/One', 'a.test/v1/Two', 'b.test/v1', 'apps/v1/Deployment', 'c.test/v1/Kind']
    const all = (spec: string[]) => answered(asked, siteApis(spec), own, known)
    expect(all([])).toEqual({ claimed: ['a.test/v1/One', 'apps/v1/Deployment'], open: [] })
    // The site's own word counts before the spec's, but for what the bundle may bring itself.
    expect(all(['not a.test/v1', 'c.test/v1'])).toEqual({
      claimed: ['c.test/v1', 'a.test/v1/One', 'apps/v1/Deployment', 'c.test/v1/Kind'],
      open: [],
    })
  })

  test('that a version is missing covers its kinds', () => {
    expect(of(['a.test/v1', 'a.test/v1/One'], ['not a.test/v1'])).toEqual({ claimed: [], open: [] })
  })
})
