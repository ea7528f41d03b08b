import { readFileSync } from 'node:fs'

/** The text of an object that ships with Sealift, out of the checkout. */
export async function shippedManifest(name: string): Promise<string> {
  return readFileSync(new URL(`../../manifests/${name}.yaml`, import.meta.url), 'utf8')
}
