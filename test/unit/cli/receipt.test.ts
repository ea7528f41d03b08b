import { expect, test } from 'vitest'
import { receiptPage } from '../../../src/cli/receipt/index.ts'
import { receiptText } from '../../../src/cli/receipt-text.ts'
import { siteReceipt } from '../../../src/site/receipt/index.ts'
import { sampleReceipt, sampleUpgrade } from '../../support/sample-receipt.ts'

const hostile = `<b title="x">&'\u202e`

/** Every text of a receipt replaced by a hostile one, but those that are read as something. */
function spoilt(value: unknown): unknown {
  if (Array.isArray(value)) return value.map(spoilt)
  if (typeof value === 'object' && value !== null)
    return Object.fromEntries(Object.entries(value).map(([name, one]) => [name, spoilt(one)]))
  const words = ['sealift.dev/v1', 'Receipt', 'pinned', 'present', 'untold', 'proven']
  const read = typeof value === 'string' && (value.startsWith('sha256:') || words.includes(value))
  return typeof value === 'string' && !read ? hostile : value
}

test('the sample is a receipt', () => {
  expect(siteReceipt.parse(sampleReceipt)).toEqual(sampleReceipt)
})

test('no text of a receipt becomes markup, wherever it is', () => {
  const receipt = siteReceipt.parse({
    ...(spoilt({ ...sampleReceipt, upgrade: { ...sampleUpgrade, why: 'x', setAside: 'x' } }) as object),
    untold: [hostile],
  })
  const page = receiptPage(receipt)
  expect(page).not.toMatch(/<b |\u202e/)
  expect(page.split('&lt;b title=&quot;x&quot;&gt;&amp;&#39;\\u{202e}').length).toBeGreaterThan(60)
})

test('the page names what matters', () => {
  const page = receiptPage(sampleReceipt)
  for (const text of [
    ...[sampleReceipt.bundle.digest, sampleReceipt.bundle.key, '2026-11-30 02:16:34 UTC'],
    ...['root@node-1, process 4711', 'v1.36.2+k3s1', 'arrived after 412 ms'],
    ...['infisical: observed 668Mi, peak 935Mi, requests 512Mi, limit 1000Mi', 'peak: container_memory_max_'],
    ...['over by 115Mi', 'budget 640Mi', 'secretstore-validate, externalsecret-validate'],
    ...sampleReceipt.nodes.flatMap(({ images }) => images.map(({ digest }) => digest)),
  ])
    expect(page).toContain(text)
})

test('a bundle that nobody signed, and one that was begun over it, are said at the top', () => {
  const bundle = { ...sampleReceipt.bundle, key: 'unsigned' as const }
  const page = receiptPage({ ...sampleReceipt, bundle, begun: { name: 'infisical', version: '1.1.0' } })
  const [head = ''] = page.split('<main>')
  expect(head).toContain('<span class="bad">Nobody has signed this bundle.</span>')
  expect(head).toContain('Since then infisical 1.1.0 was begun over it')
})

test('an audit log that does not hold is said to', () => {
  const { audit } = sampleReceipt
  expect(receiptPage(sampleReceipt)).toContain(
    `4 entries, the last <span class="mono">${audit?.head}</span></dd>`,
  )
  const broken = receiptPage(siteReceipt.parse({ ...sampleReceipt, audit: { ...audit, whole: false } }))
  expect(broken).toContain('<span class="bad">its chain does not hold')
})

test('a receipt that knows little says so, and is a page all the same', () => {
  const { allocatable: _, audit: __, ...rest } = sampleReceipt
  const bare = {
    ...{ ...rest, run: { steps: [] }, nodes: [], untold: ['the nodes: denied'] },
    releases: rest.releases.map(({ objects: _, revision: ___, ...release }) => release),
    budget: { ...rest.budget, rows: rest.budget.rows.map(({ observed: _, ...row }) => row) },
  }
  const page = receiptPage(siteReceipt.parse(bare))
  for (const text of [
    ...['The steps of this install are not on record.', 'Its objects could not be read.'],
    ...['The nodes and their images could not be asked.', 'nothing was measured', 'the nodes: denied'],
    'not on record',
  ])
    expect(page).toContain(text)
  expect(page).not.toContain('NaN')
  expect(receiptText(siteReceipt.parse(bare))).toContain('could not be told:\n  the nodes: denied')
})

test('a step that took no time, and one of an hour, are drawn', () => {
  const [step] = sampleReceipt.run.steps
  if (step === undefined) throw new Error('the sample has steps')
  for (const milliseconds of [0, 1, 900, 90_000, 3_600_000, 90_000_000]) {
    const page = receiptPage({
      ...sampleReceipt,
      run: { steps: [{ ...step, startedAfter: 0, milliseconds }] },
    })
    expect(page).not.toMatch(/NaN|Infinity|="-/)
  }
})

test('in short it is a table of steps, and pins by node', () => {
  const text = receiptText(sampleReceipt)
  expect(text).toMatch(
    /^bank-prod: infisical 1\.0\.0, proven 2026-11-30T02:16:34\.210Z\n {2}bundle {2}sha256:/,
  )
  expect(text).toMatch(/\nLoad images into containerd +41\.2s {2}3 loaded/)
  expect(text).toMatch(/\nnode-1 {2}3 of 3\nnode-2 {2}not told$/)
})

test('an upgrade is told with before and after, what users noticed, and what leads back', () => {
  const receipt = siteReceipt.parse({ ...sampleReceipt, upgrade: sampleUpgrade })
  const page = receiptPage(receipt)
  for (const text of [
    ...['Receipt of an upgrade by Sealift', 'infisical-standalone 1.8.0', 'infisical-standalone 1.9.1'],
    ...['0, the last 20261001080000_1.8.0.mjs', '1, the last 20261001080000_1.9.1.mjs', 'v1, v1beta1'],
    ...['312 answered, 41 failed; 4.2s the longest', '0 changed, 0 lost of 12', '34.2s'],
    ...['infisical_before_a1b2', 'until 2026-12-07 02:16:34 UTC', 'its restore was tried'],
    ...(sampleUpgrade.before?.images.map(({ digest }) => digest) ?? []),
  ])
    expect(page).toContain(text)
  // What is the same on both sides is no difference.
  expect(page).not.toContain('<td>declared</td>')
  const text = receiptText(receipt)
  expect(text).toContain('  upgrade 0.9.0 to 1.0.0, proven 2026-11-30T02:16:34.210Z\n')
  expect(text).toContain('  kept    database infisical_before_a1b2 until 2026-12-07T02:16:34.210Z')
})

test('one that came back says at the top that it did, and why', () => {
  const { snapshot: _, gap: __, ...rest } = sampleUpgrade
  const upgrade = {
    ...{ ...rest, from: sampleUpgrade.to, to: { ...sampleUpgrade.from, version: '1.1.0' } },
    ...{ state: 'returned' as const, why: 'helm failed', setAside: 'infisical_failed_a1b2' },
    ...{ gaveUp: ['no archive was taken (--no-backup)'], after: rest.before },
    restored: { path: '/media/safe/stood-in.age', whole: true },
    kept: [{ database: 'infisical_failed_0000', until: '2026-12-03T02:16:34.210Z' }],
  }
  const page = receiptPage(siteReceipt.parse({ ...sampleReceipt, upgrade }))
  const [head = ''] = page.split('<main>')
  expect(head).toContain(
    'An upgrade to infisical 1.1.0 was taken back on 2026-11-30 02:16:34 UTC: helm failed.',
  )
  expect(page).toContain('Receipt of an install by Sealift')
  for (const text of [
    'infisical_failed_a1b2',
    'infisical_failed_0000',
    '2026-12-03',
    '/media/safe/stood-in.age',
    'no archive was taken (--no-backup)',
    'those of before',
  ])
    expect(page).toContain(text)
  const told = receiptText(siteReceipt.parse({ ...sampleReceipt, upgrade }))
  expect(told).toContain('  upgrade 1.0.0 to 1.1.0, taken back 2026-11-30T02:16:34.210Z: helm failed\n')
  expect(told).toContain('  kept    database infisical_failed_0000 until 2026-12-03T02:16:34.210Z')
})
