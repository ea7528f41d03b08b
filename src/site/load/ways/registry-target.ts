import { readValues } from '../../../kernel/access/index.ts'
import { SealiftError } from '../../../kernel/errors/index.ts'
import type { RegistryFields } from '../../../kernel/inputs/index.ts'
import type { PushTarget, SiteHost } from '../../../kernel/ports/index.ts'

/** The registry with its login. @throws SealiftError LOAD_FAILED where its Secret is not one, CLUSTER_* */
export async function targetOf(
  { host, plainHttp, ca, credentials }: RegistryFields,
  { cluster }: Pick<SiteHost, 'cluster'>,
): Promise<PushTarget> {
  const target = { host, plainHttp, ca }
  if (credentials === undefined) return target
  const { namespace, name } = credentials
  const found = await readValues(cluster, namespace, name)
  const dockerConfig = found?.values.get('.dockerconfigjson')
  if (dockerConfig !== undefined) return { ...target, login: { dockerConfig } }
  const [username, password] = [found?.values.get('username'), found?.values.get('password')]
  if (username && password) return { ...target, login: { username: username.reveal(), password } }
  throw new SealiftError(
    'LOAD_FAILED',
    found === undefined
      ? `load.registry.credentials: there is no Secret ${namespace}/${name}`
      : `load.registry.credentials: Secret ${namespace}/${name} has neither .dockerconfigjson nor username and password`,
    {
      hints: [
        `kubectl -n ${namespace} create secret docker-registry ${name} --docker-server=${host} --docker-username=… --docker-password=…`,
      ],
    },
  )
}
