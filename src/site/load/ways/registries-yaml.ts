import type { RegistryFields } from '../../../kernel/inputs/index.ts'
import { printYaml } from '../../../kernel/yaml/index.ts'

/**
 * What K3s's registries.yaml must say, so that nodes pull images of these registries from the site's own (docs.k3s.io,
 * private-registry). A login is named by placeholders: none is ever printed.
 */
export function registriesYaml(
  { host, repositoryPrefix, ca, plainHttp }: RegistryFields,
  sources: readonly string[],
  hasLogin: boolean,
): string {
  const endpoint = [`${plainHttp ? 'http' : 'https'}://${host}`]
  const rewrite = repositoryPrefix === undefined ? {} : { rewrite: { '^(.*)$': `${repositoryPrefix}/$1` } }
  const config = {
    ...(hasLogin ? { auth: { username: 'USERNAME', password: 'PASSWORD' } } : {}),
    ...(ca === undefined ? {} : { tls: { ca_file: ca } }),
  }
  return printYaml({
    mirrors: Object.fromEntries(sources.map(source => [source, { endpoint, ...rewrite }])),
    ...(Object.keys(config).length > 0 ? { configs: { [host]: config } } : {}),
  })
}

/** The same, with what is to be done with it. */
export function registriesNote(
  registry: RegistryFields,
  sources: readonly string[],
  hasLogin: boolean,
): string {
  const needs = [
    ...(hasLogin ? ['with a login that may pull for USERNAME and PASSWORD'] : []),
    ...(registry.ca === undefined ? [] : [`with the CA's certificate at ${registry.ca}`]),
  ]
  const text = registriesYaml(registry, sources, hasLogin)
  return [
    `every node pulls from ${registry.host} with this in /etc/rancher/k3s/registries.yaml${needs.length > 0 ? `, ${needs.join(', ')}` : ''}; K3s reads it at its start only (systemctl restart k3s, on agents k3s-agent):`,
    ...text
      .trimEnd()
      .split('\n')
      .map(line => `  ${line}`),
    'Images that nodes pull are not pinned there: kubelet may collect them, and pulls them again.',
  ].join('\n')
}
