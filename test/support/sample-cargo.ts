import { generateKeyPairSync } from 'node:crypto'
import { readPrivateKey } from '../../src/bundle/sign/index.ts'
import { sampleBundle } from './sample-bundle.ts'

const { privateKey } = generateKeyPairSync('ec', { namedCurve: 'P-256' })
const pem = String(privateKey.export({ type: 'pkcs8', format: 'pem' }))
const key = readPrivateKey(pem, undefined, 'release.key')

/** What travels with the sample bundle; `program` is where its executable lies. */
export function sampleCargo(program: string) {
  const { lock, plan } = sampleBundle()
  return {
    ...{ bundle: { digest: plan.indexDigest, lock }, signature: 'a line\n', key },
    ...{ keyFile: 'release.key', executables: [{ platform: 'linux/amd64', path: program }] },
  }
}
