/**
 * A real K3s in place of upstream Kubernetes, where `K3S_BIN` names one or `k3s` is on PATH. Everything that only
 * K3s has is in this file. K3s keeps its containerd in /run/k3s, so there can be one at a time.
 */
import { constants, existsSync } from 'node:fs'
import { access, copyFile, mkdir, readFile, writeFile } from 'node:fs/promises'
import { basename, delimiter, join } from 'node:path'
import { auditFlags } from './audit.ts'
import type { Distribution } from './cluster.ts'
import { pauseImage, writeSystemImages } from './image.ts'

const socket = '/run/k3s/containerd/containerd.sock'

/** The K3s binary to use, if there is one. @throws Error when K3S_BIN names none. */
export async function findK3s(): Promise<string | undefined> {
  const given = process.env['K3S_BIN']
  const folders = (process.env['PATH'] ?? '').split(delimiter).filter(folder => folder !== '')
  for (const path of given ? [given] : folders.map(folder => join(folder, 'k3s'))) {
    const runs = await access(path, constants.X_OK).then(
      () => true,
      () => false,
    )
    if (runs) return path
  }
  if (given) throw new Error(`K3S_BIN names no program: ${given}`)
  return undefined
}

/** Starts K3s without what it brings beside Kubernetes. DNS is ours, as it has to come without a registry. */
export function startK3s(k3s: string): Distribution {
  return async ({ slot, components, log, signal }) => {
    const { dir, nodeIp, netns } = slot
    if (existsSync(socket))
      throw new Error(`a K3s runs here already, or left ${socket}: there can be one at a time`)
    const data = join(dir, 'k3s')
    const images = join(data, 'agent', 'images')
    await mkdir(images, { recursive: true })
    for (const path of await writeSystemImages(dir)) await copyFile(path, join(images, basename(path)))
    // What is outside the state folder, for whoever ends this cluster.
    const outside = ['/run/k3s/containerd', '/run/k3s', '/run/flannel']
    await writeFile(join(dir, 'outside.json'), JSON.stringify(outside))
    await writeFile(join(dir, 'resolv.conf'), '')

    log(`starting ${k3s}`)
    const written = join(dir, 'k3s.kubeconfig')
    const audit = await auditFlags(dir)
    const settings = {
      'data-dir': data,
      disable: 'traefik,servicelb,metrics-server,local-storage,coredns',
      'disable-network-policy': 'true',
      'disable-helm-controller': 'true',
      'flannel-backend': 'host-gw',
      'flannel-iface': 'eth0',
      'node-name': slot.name,
      'node-ip': nodeIp,
      'advertise-address': nodeIp,
      'tls-san': nodeIp,
      'pause-image': pauseImage,
      'resolv-conf': join(dir, 'resolv.conf'),
      'write-kubeconfig': written,
      'write-kubeconfig-mode': '600',
    }
    const kubelet = {
      'root-dir': join(dir, 'kubelet'),
      'pod-log-dir': join(dir, 'pod-logs'),
      'cgroup-root': `/${netns}`,
      'eviction-hard': 'memory.available<1Mi,nodefs.available<0%,imagefs.available<0%',
      'image-gc-high-threshold': '100',
      'image-gc-low-threshold': '99',
    }
    const args = [
      ...Object.entries(settings).map(([name, value]) => `--${name}=${value}`),
      ...Object.entries(kubelet).map(([name, value]) => `--kubelet-arg=${name}=${value}`),
      ...Object.entries(audit).map(([name, value]) => `--kube-apiserver-arg=${name}=${value}`),
    ]
    await components.start('k3s', k3s, ['server', ...args])
    await components.until(
      'K3s and its containerd',
      180,
      async () => existsSync(socket) && existsSync(written),
      signal,
    )
    // K3s writes its own loopback address, which means another machine outside the namespace.
    const kubeconfig = join(dir, 'admin.kubeconfig')
    const text = (await readFile(written, 'utf8')).replace(/https:\/\/127\.0\.0\.1:/, `https://${nodeIp}:`)
    await writeFile(kubeconfig, text, { mode: 0o600 })
    return {
      kind: 'k3s',
      kubeconfig,
      containerd: { address: socket, ctr: [k3s, 'ctr'] },
      containerdRoot: join(data, 'agent', 'containerd'),
      kubectl: [k3s, 'kubectl'],
    }
  }
}
