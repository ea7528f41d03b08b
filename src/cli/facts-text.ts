import { bytes, count, printMemory } from '../kernel/errors/index.ts'
import type { SiteFacts } from '../kernel/facts/index.ts'
import { table } from './table.ts'

/** What a site is like, for people. */
export function factsText(
  facts: SiteFacts & { readonly file?: string; readonly signature?: { path: string } },
): string {
  const { site, kubernetes, nodes, installed, externalSecrets, file, signature } = facts
  const rows = nodes.map(
    ({ name, platform, kubelet = '', runtime = '', ready, allocatable, free, images }) => [
      ready ? name : `${name} (not ready)`,
      ...[platform, kubelet, runtime, printMemory(allocatable.memory), `${allocatable.cpu}m`],
      free === undefined ? 'not known' : bytes(free),
      String(images.length),
    ],
  )
  const head = ['node', 'platform', 'kubelet', 'runtime', 'memory', 'CPU', 'free disk', 'images']
  return [
    `${site}, Kubernetes ${kubernetes.version}, ${count(kubernetes.apis.length, 'API')}`,
    table(head, rows, [4, 5, 6, 7]),
    installed === undefined
      ? 'nothing is installed'
      : `installed: ${installed.name} ${installed.version}, ${installed.digest}`,
    ...(externalSecrets === undefined ? [] : [count(externalSecrets, 'ExternalSecret')]),
    ...(file === undefined
      ? []
      : [`written to ${file}${signature === undefined ? '' : `, signed by ${signature.path}`}`]),
  ].join('\n\n')
}
