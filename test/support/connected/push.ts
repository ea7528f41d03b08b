/** Uploads to a registry (OCI distribution-spec v1.1, "Push"): what is there already is not sent again. */
import { createReadStream } from 'node:fs'
import { readFile } from 'node:fs/promises'
import { type Dispatcher, request } from 'undici'
import type { Blob } from './blobs.ts'
import type { Image } from './image.ts'

async function answer(response: Dispatcher.ResponseData, wanted: number, what: string): Promise<void> {
  const text = await response.body.text()
  if (response.statusCode !== wanted) throw new Error(`${what}: ${response.statusCode} ${text.slice(0, 300)}`)
}

async function pushBlob(base: string, blob: Blob, authorization: Record<string, string>): Promise<void> {
  const head = await request(`${base}/blobs/${blob.digest}`, { method: 'HEAD', headers: authorization })
  await head.body.dump()
  if (head.statusCode === 200) return
  const opened = await request(`${base}/blobs/uploads/`, { method: 'POST', headers: authorization })
  await answer(opened, 202, `opening an upload at ${base}`)
  const to = new URL(String(opened.headers['location']), base)
  to.searchParams.set('digest', blob.digest)
  const sent = await request(to, {
    method: 'PUT',
    headers: {
      ...authorization,
      'content-type': 'application/octet-stream',
      'content-length': String(blob.size),
    },
    body: createReadStream(blob.path, { highWaterMark: 1 << 20 }),
  })
  await answer(sent, 201, `uploading ${blob.digest} to ${base}`)
}

/**
 * Pushes an image, an index with all its images, or an artifact to `http://host` under `repository:tag`, its blobs at the same time.
 * `authorization` is the header's value, if the registry wants one.
 * @throws Error with the registry's own words when it refuses.
 */
export async function push(
  host: string,
  repository: string,
  tag: string,
  image: Image,
  authorization?: string,
): Promise<void> {
  const base = `http://${host}/v2/${repository}`
  const headers: Record<string, string> = authorization ? { authorization } : {}
  await Promise.all(image.blobs.map(blob => pushBlob(base, blob, headers)))
  for (const listed of image.images ?? []) {
    await push(host, repository, listed.manifest.digest, listed, authorization)
  }
  const { mediaType, path } = image.manifest
  const put = await request(`${base}/manifests/${tag}`, {
    method: 'PUT',
    headers: { ...headers, 'content-type': mediaType },
    body: await readFile(path),
  })
  await answer(put, 201, `tagging ${repository}:${tag}`)
}
