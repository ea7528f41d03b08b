/** A chart that cannot be rendered keeps no other from being, and is told with all else that fails. */
import { expect, test } from 'vitest'
import { SealiftError } from '../../../../src/kernel/errors/index.ts'
import type { ConnectedHost } from '../../../../src/kernel/ports/index.ts'
import { lock } from '../../../../src/seal/verbs/lock.ts'
import { chartPackage, connectedSpec } from '../../../support/connected-spec.ts'

const request = { specDir: 'spec', platform: 'linux/amd64', budget: 'hold' } as const
const chart = (name: string) => ({
  ...{ name, path: `${name}.tgz`, version: '1.0.0', release: name, namespace: 'apps' },
})

/** Two charts, of which helm refuses one where `refused` says so. */
async function twoCharts(refused: (upgrade: boolean) => boolean) {
  const charts = [chart('bad'), chart('app')]
  const made = await connectedSpec({ images: ['registry.test/app:1.2.5'], changes: { charts } })
  await made.files.write('spec/bad.tgz', chartPackage('bad'))
  const helmFrom: ConnectedHost['helmFrom'] = async (...args) => {
    const helm = await made.host.helmFrom(...args)
    const template: typeof helm.template = async (release, target, signal) => {
      if (release.release === 'bad' && refused(target.upgrade === true))
        throw new SealiftError('RENDER_FAILED', 'chart bad: helm says no')
      return helm.template(release, target, signal)
    }
    return { ...helm, template }
  }
  return { ...made, run: (more = {}) => lock({ ...request, ...more }, { ...made.host, helmFrom }, made.talk) }
}

test('with an image of another chart', async () => {
  const { run, helms } = await twoCharts(() => true)
  await expect(run()).rejects.toMatchObject({
    code: 'IMAGE_NOT_FOUND',
    message: '2 things could not be locked',
    faults: [
      'chart bad: helm says no',
      'registry.test/app:1.2.5 is not there; nearest versions there: 1 (needed by app Pod/app spec.containers[0].image)',
    ],
  })
  expect(helms.unpacked).toBe(0)
})

test('and nothing is said of names that it alone may have', async () => {
  const { run, registry, writeSpec, lines } = await twoCharts(() => true)
  registry.image('registry.test/app', '1.2.5', 'amd64', ['x'])
  await writeSpec({ acceptSuspects: ['nothing:1'] })
  await expect(run()).rejects.toMatchObject({ message: 'chart bad: helm says no' })
  expect(lines.filter(line => line.startsWith('!'))).toEqual([])
  expect(lines.join('\n')).toContain('Pin images')
})

test('and no step says that it pinned nothing, as if that had gone well', async () => {
  const { run, writeSpec, lines } = await twoCharts(() => true)
  await writeSpec({ charts: [chart('bad')] })
  await expect(run()).rejects.toMatchObject({ message: 'chart bad: helm says no' })
  expect(lines.join('\n')).toContain('Render bad')
  expect(lines.join('\n')).not.toContain('Pin images')
})

test('one that only is no upgrade is locked, with a warning', async () => {
  const { run, registry, lines } = await twoCharts(upgrade => upgrade)
  registry.image('registry.test/app', '1.2.5', 'amd64', ['x'])
  expect((await run()).lock.charts).toHaveLength(2)
  expect(lines.filter(line => line.startsWith('! chart bad: what only an upgrade'))).toHaveLength(1)
})
