/** What the node's two daemons are told: kubelet (kubelet.config.k8s.io/v1beta1) and kube-proxy (v1alpha1). */
import { join } from 'node:path'
import type { Slot } from './slot.ts'

/** The cluster IP of its DNS server. */
export const dnsIp = '10.43.0.10'

/** kubelet's configuration: every folder inside the state folder, every cgroup below the cluster's own. */
export function kubeletConfiguration({ dir, netns }: Slot, containerd: string) {
  return {
    apiVersion: 'kubelet.config.k8s.io/v1beta1',
    kind: 'KubeletConfiguration',
    containerRuntimeEndpoint: `unix://${containerd}`,
    cgroupRoot: `/${netns}`,
    cgroupDriver: 'cgroupfs',
    failCgroupV1: false,
    failSwapOn: false,
    // Lowering it takes CAP_SYS_RESOURCE, which root does not have everywhere.
    oomScoreAdj: 0,
    clusterDNS: [dnsIp],
    clusterDomain: 'cluster.local',
    resolvConf: join(dir, 'resolv.conf'),
    podLogsDir: join(dir, 'pod-logs'),
    volumePluginDir: join(dir, 'volume-plugins'),
    // The API server has no client certificate here, and only the cluster itself can reach the kubelet's port.
    authentication: { anonymous: { enabled: true }, webhook: { enabled: false } },
    authorization: { mode: 'AlwaysAllow' },
    // The machine is shared: how full its disk and memory are is not this node's concern.
    evictionHard: { 'memory.available': '1Mi', 'nodefs.available': '0%', 'imagefs.available': '0%' },
    imageGCHighThresholdPercent: 100,
    imageGCLowThresholdPercent: 99,
  }
}

/** kube-proxy's configuration. Zero leaves conntrack as it is: another namespace than the first may not set it. */
export function proxyConfiguration({ name }: Slot, kubeconfig: string) {
  return {
    apiVersion: 'kubeproxy.config.k8s.io/v1alpha1',
    kind: 'KubeProxyConfiguration',
    mode: 'iptables',
    clusterCIDR: '10.42.0.0/16',
    hostnameOverride: name,
    clientConnection: { kubeconfig },
    conntrack: { maxPerCore: 0, min: 0, tcpEstablishedTimeout: '0s', tcpCloseWaitTimeout: '0s' },
    oomScoreAdj: 0,
  }
}
