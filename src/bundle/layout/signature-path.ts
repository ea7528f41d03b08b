import type { BundleSource } from '../../kernel/ports/index.ts'

/** Where a bundle's signature lies: beside the file, or beside the volumes under the name that they share. */
export function signaturePath({ path }: Pick<BundleSource, 'path'>): string {
  return `${path}.sig`
}
