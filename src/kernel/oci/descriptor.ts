import type { Digest } from './digest.ts'

/** A platform as the OCI image index spells it. */
export interface Platform {
  readonly os: string
  readonly architecture: string
  readonly variant?: string
}

/** OCI content descriptor (image-spec, descriptor.md): what a blob is, its digest and its size in bytes. */
export interface Descriptor {
  readonly mediaType: string
  readonly digest: Digest
  readonly size: number
  readonly artifactType?: string
  readonly annotations?: Readonly<Record<string, string>>
  readonly platform?: Platform
}

/** An image or artifact manifest: OCI image manifest or Docker schema 2. */
export interface Manifest {
  readonly schemaVersion: 2
  readonly mediaType?: string
  readonly artifactType?: string
  readonly config: Descriptor
  readonly layers: readonly Descriptor[]
  /** What an artifact is attached to (image-spec 1.1). */
  readonly subject?: Descriptor
  readonly annotations?: Readonly<Record<string, string>>
}

/** An OCI image index or Docker manifest list. */
export interface Index {
  readonly schemaVersion: 2
  readonly mediaType?: string
  readonly manifests: readonly Descriptor[]
  readonly annotations?: Readonly<Record<string, string>>
}
