/** Upstream Kubernetes on containerd, put together as K3s does it: one binary, SQLite behind kine. */
import { existsSync } from 'node:fs'
import { mkdir, symlink } from 'node:fs/promises'
import { join } from 'node:path'
import { isWhole } from '../certificate.ts'
import { goTool } from '../tools/build.ts'
import { auditFlags } from './audit.ts'
import { makeCgroup } from './cgroup.ts'
import type { Distribution } from './cluster.ts'
import { Components } from './component.ts'
import { importArchive, startContainerd } from './containerd.ts'
import { writeKubeconfigs, writeTokens } from './credentials.ts'
import { writeSystemImages } from './image.ts'
import { makeSecondNetwork } from './network.ts'
import { startNodeDaemons } from './node-daemons.ts'
import { secondOf } from './slot.ts'

const names = [
  'kube-apiserver',
  'kube-controller-manager',
  'kube-scheduler',
  'kubelet',
  'kube-proxy',
  'kubectl',
]

/** Starts every component but DNS, up to an API server that answers. */
export const startKubernetes: Distribution = async ({ slot, components, log, signal }) => {
  const { dir } = slot
  const bin = join(dir, 'bin')
  const file = (name: string) => join(dir, name)
  await mkdir(bin)
  const [kube, kine] = [await goTool('kube'), await goTool('kine')]
  for (const name of names) await symlink(kube, join(bin, name))
  const tokens = await writeTokens(slot)

  log('starting containerd, and importing the images of DNS and of pods themselves')
  const containerd = await startContainerd(slot, components)
  for (const path of await writeSystemImages(dir)) await importArchive(containerd, path)

  const audit = await auditFlags(dir)
  log('starting the datastore and the API server')
  const datastore = `unix://${file('kine.sock')}`
  const database = `sqlite://${file('state.db')}?_journal=WAL&cache=shared&_busy_timeout=30000&_txlock=immediate`
  const kineArgs = ['--endpoint', database, '--listen-address', datastore, '--metrics-bind-address', '0']
  await components.start('kine', kine, kineArgs)
  await components.until('the datastore', 20, async () => existsSync(file('kine.sock')), signal)

  const flags = (settings: Record<string, string>) =>
    Object.entries(settings).map(([name, value]) => `--${name}=${value}`)
  const start = (name: string, settings: Record<string, string>) =>
    components.start(name, join(bin, name), flags(settings))
  const kubeconfig = (user: string) => file(`${user}.kubeconfig`)
  const certificate = join(dir, 'certificates', 'apiserver.crt')

  await start('kube-apiserver', {
    'etcd-servers': datastore,
    'advertise-address': slot.nodeIp,
    'cert-dir': join(dir, 'certificates'),
    'token-auth-file': file('tokens.csv'),
    'authorization-mode': 'Node,RBAC',
    'enable-admission-plugins': 'NodeRestriction',
    'service-cluster-ip-range': '10.43.0.0/16',
    'service-account-issuer': 'https://kubernetes.default.svc.cluster.local',
    'service-account-key-file': file('sa.key'),
    'service-account-signing-key-file': file('sa.key'),
    'kubelet-preferred-address-types': 'InternalIP',
    'allow-privileged': 'true',
    ...audit,
  })
  await components.until('the API server’s certificate', 60, () => isWhole(certificate), signal)
  await writeKubeconfigs(slot, tokens, certificate)

  log('starting the controllers, the scheduler, the kubelet and the service proxy')
  const credentials = { kubelet: kubeconfig('kubelet'), proxy: kubeconfig('kube-proxy') }
  await start('kube-controller-manager', {
    kubeconfig: kubeconfig('kube-controller-manager'),
    'cluster-cidr': '10.42.0.0/16',
    'leader-elect': 'false',
    'root-ca-file': certificate,
    'service-account-private-key-file': file('sa.key'),
    'use-service-account-credentials': 'true',
    'bind-address': '127.0.0.1',
  })
  await start('kube-scheduler', {
    kubeconfig: kubeconfig('kube-scheduler'),
    'leader-elect': 'false',
    'bind-address': '127.0.0.1',
  })
  await startNodeDaemons(slot, components, containerd, bin, credentials)
  const addNode = async () => {
    const second = secondOf(slot)
    await mkdir(second.dir)
    await makeCgroup(second.netns)
    await makeSecondNetwork(slot, second)
    const own = new Components(second)
    const runtime = await startContainerd(second, own)
    for (const path of await writeSystemImages(second.dir)) await importArchive(runtime, path)
    await startNodeDaemons(second, own, runtime, bin, { ...credentials, kubelet: kubeconfig('kubelet-b') })
    return { name: second.name, containerd: runtime }
  }

  return {
    kind: 'kubernetes',
    kubeconfig: kubeconfig('admin'),
    containerd,
    containerdRoot: file('containerd'),
    kubectl: [join(bin, 'kubectl')],
    addNode,
  }
}
