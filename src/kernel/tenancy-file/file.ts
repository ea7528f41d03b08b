import type { Files } from '../ports/index.ts'
import { parseTenancy } from './parse.ts'
import type { Tenancy } from './tenancy.ts'

/** Reads a tenancy file. @throws SealiftError TENANCY_INVALID, FILE_FAILED */
export async function readTenancy(path: string, files: Pick<Files, 'readText'>): Promise<Tenancy> {
  return parseTenancy(await files.readText(path), path)
}

/** Where invitations are kept unless the user says otherwise: beside the tenancy file. */
export function invitationsPath(tenancyFile: string): string {
  return `${tenancyFile.replace(/\.ya?ml$/, '')}.invitations`
}
