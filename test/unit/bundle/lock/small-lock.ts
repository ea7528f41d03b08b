/** A small lock, and charts and images to change in it. */

import type { BundleLock } from '../../../../src/bundle/lock/index.ts'
import { type Digest, digestOf } from '../../../../src/kernel/oci/index.ts'

/** The digest of a text. */
export const d = (text: string): Digest => digestOf(text)
export const place = { chart: 'app', object: 'Deployment/x', field: 'spec.image' }

/** A lock with one or two of everything; what is changed of it is changed whole. */
export function lockOf(changes: Partial<BundleLock> = {}): BundleLock {
  return {
    apiVersion: 'sealift.dev/v1',
    kind: 'BundleLock',
    metadata: { name: 'small', version: '1.0.0' },
    platforms: ['linux/arm64', 'linux/amd64'],
    kubernetes: '1.36.0',
    files: [
      { path: 'values/b.yaml', digest: d('b') },
      { path: 'bundle.yaml', digest: d('a') },
    ],
    charts: [chart('second', '1.0.0'), chart('first', '2.0.0')],
    images: [image('r.io/b:1', 'b'), image('r.io/a:1', 'a')],
    tools: [
      {
        name: 'helm',
        version: 'v4.3.1',
        platform: 'linux/amd64',
        source: 'helm.tgz',
        content: { digest: d('h'), size: 1 },
      },
    ],
    suspects: [{ text: 'r.io/maybe:1', ...place }],
    budget: {
      memory: '640Mi',
      cpu: '300m',
      declared: { memory: 10, cpu: 20 },
      containers: [
        {
          chart: 'app',
          object: 'Deployment/x',
          container: 'main',
          init: false,
          replicas: 1,
          memory: 10,
          cpu: 20,
        },
      ],
    },
    ...changes,
  }
}

/** A chart whose package and manifest are of this content. */
export function chart(name: string, version: string, content = name): BundleLock['charts'][number] {
  return {
    name,
    version,
    release: name,
    namespace: 'apps',
    source: 'charts/x',
    manifest: { digest: d(`m${content}`), size: 1 },
    package: { digest: d(content), size: 1 },
  }
}

/** An image of one layer, the same on both platforms, needed in two places. */
export function image(name: string, content: string): BundleLock['images'][number] {
  const platform = {
    manifest: d(content),
    config: { digest: d(`config ${content}`), size: 1 },
    layers: { [d(`layer ${content}`)]: 2 },
  }
  return {
    name,
    digest: d(content),
    platforms: { 'linux/arm64': platform, 'linux/amd64': platform },
    reasons: [place, { ...place, chart: 'a' }],
  }
}
