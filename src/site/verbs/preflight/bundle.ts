import { count } from '../../../kernel/errors/index.ts'
import { refuseWrongSite } from '../../install/index.ts'
import { fault, ok, warning } from '../../preflight/index.ts'
import { namespacesOf } from '../../wire/index.ts'
import type { Grounds } from './grounds.ts'
import type { Check } from './looking.ts'

/** What is asked of the bundle itself, before anything of it is believed. */
export function bundleChecks({ request, host, ...grounds }: Grounds): Check[] {
  const { opened, wired, trusted, whole, helm } = grounds
  const { site, allow } = request
  const group = 'bundle'
  return [
    {
      ...{ id: 'bundle/readable', group, title: 'The file is a bundle' },
      next: 'is it the right file, and did all of it arrive?',
      async look() {
        const { lock, digest, images, charts } = await opened.own()
        const { name, version } = lock.metadata
        const what = `${count(images.length, 'image')}, ${count(charts.length, 'chart')}`
        return ok(`${name} ${version}, ${what}, ${digest}`)
      },
    },
    {
      ...{ id: 'bundle/signature', group, title: 'Somebody answers for the bundle' },
      async look() {
        const key = await trusted.own()
        if (key !== 'unsigned') return ok(`signed by key ${key}`)
        const next = 'put the public key of whoever builds your bundles into the site file'
        return warning('the site file names no keys, and --allow-unsigned lets it pass', next)
      },
    },
    {
      ...{ id: 'bundle/whole', group, title: 'Every byte of the bundle is as it was built', seconds: 1800 },
      next: 'carry the file again, and compare its digest with what build printed',
      look: async () => ok(await whole.own()),
    },
    {
      ...{ id: 'bundle/spec', group, title: 'The bundle says what is to be installed' },
      look: async () => ok(`into namespaces ${namespacesOf(await wired.own()).join(', ')}`),
    },
    {
      ...{ id: 'bundle/site', group, title: 'The bundle is for this site' },
      async look() {
        const { sites } = (await wired.need()).spec.metadata
        refuseWrongSite(sites, site.metadata.name, allow.anySite)
        return ok(sites === undefined ? 'it is for any site' : `it is for ${sites.join(', ')}`)
      },
    },
    {
      ...{ id: 'bundle/tools', group, title: 'The bundle has a helm for this machine', seconds: 1800 },
      async look() {
        const { lock } = await opened.need()
        const tool = lock.tools.find(({ name, platform }) => name === 'helm' && platform === host.platform)
        if (tool === undefined)
          return fault(
            `there is none for ${host.platform}`,
            'add it to tools in bundle.yaml, lock and build again',
          )
        await helm.own()
        return ok(`helm ${tool.version} for ${host.platform}`)
      },
    },
  ]
}
