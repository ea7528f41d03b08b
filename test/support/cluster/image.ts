/** The two images that the cluster itself needs, each one static binary in one layer, as an OCI layout in a tar. */
import { createHash } from 'node:crypto'
import { readFile, writeFile } from 'node:fs/promises'
import { join } from 'node:path'
import { Header } from 'tar'
import { goTool } from '../tools/build.ts'

/** The image that holds a pod's namespaces. */
export const pauseImage = 'docker.io/sealift-test/pause:1'
/** The cluster's DNS server. */
export const corednsImage = 'docker.io/sealift-test/coredns:1.15.0'

/** Writes both images into `dir` and gives the archives' paths. */
export async function writeSystemImages(dir: string): Promise<string[]> {
  const images = [
    { name: pauseImage, tool: 'pause' },
    { name: corednsImage, tool: 'coredns' },
  ] as const
  return Promise.all(
    images.map(async ({ name, tool }) => {
      const path = join(dir, `${tool}.tar`)
      await writeFile(path, binaryImage(name, tool, await readFile(await goTool(tool))))
      return path
    }),
  )
}

function binaryImage(name: string, program: string, binary: Buffer): Buffer {
  const layer = tar([[program, binary, 0o755]])
  const config = json({
    architecture: process.arch === 'x64' ? 'amd64' : process.arch,
    os: 'linux',
    config: { Entrypoint: [`/${program}`] },
    rootfs: { type: 'layers', diff_ids: [digest(layer)] },
  })
  const type = (kind: string) => `application/vnd.oci.image.${kind}`
  const manifest = json({
    schemaVersion: 2,
    mediaType: type('manifest.v1+json'),
    config: descriptor(type('config.v1+json'), config),
    layers: [descriptor(type('layer.v1.tar'), layer)],
  })
  const named = {
    annotations: { 'io.containerd.image.name': name, 'org.opencontainers.image.ref.name': name },
  }
  const index = {
    schemaVersion: 2,
    manifests: [{ ...descriptor(type('manifest.v1+json'), manifest), ...named }],
  }
  return tar([
    ['oci-layout', json({ imageLayoutVersion: '1.0.0' })],
    ['index.json', json(index)],
    ...[manifest, config, layer].map(blob => [`blobs/sha256/${digest(blob).slice(7)}`, blob] as const),
  ])
}

const json = (value: unknown) => Buffer.from(JSON.stringify(value))
const digest = (bytes: Buffer) => `sha256:${createHash('sha256').update(bytes).digest('hex')}`
const descriptor = (mediaType: string, bytes: Buffer) => ({
  mediaType,
  digest: digest(bytes),
  size: bytes.length,
})

function tar(files: readonly (readonly [path: string, bytes: Buffer, mode?: number])[]): Buffer {
  const parts = files.flatMap(([path, bytes, mode = 0o644]) => {
    const header = new Header({
      path,
      mode,
      size: bytes.length,
      type: 'File',
      uid: 0,
      gid: 0,
      mtime: new Date(0),
    })
    header.encode()
    return [header.block ?? Buffer.alloc(512), bytes, Buffer.alloc(-bytes.length & 511)]
  })
  return Buffer.concat([...parts, Buffer.alloc(1024)])
}
