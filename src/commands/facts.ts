import { Flags } from '@oclif/core'
import { factsHost } from '../adapters/facts-host.ts'
import { nodeFiles } from '../adapters/files/index.ts'
import { siteExits } from '../cli/exits.ts'
import { factsText } from '../cli/facts-text.ts'
import { signingKeyFlag, siteFlag } from '../cli/flags.ts'
import { askPassphrase, BaseCommand } from '../cli/index.ts'
import type { ErrorCode } from '../kernel/errors/index.ts'
import { readSite } from '../kernel/inputs/index.ts'
import { findFacts } from '../site/verbs/facts.ts'

export default class Facts extends BaseCommand {
  static override summary =
    'Find out what a site is like, for the host that makes its bundles. Changes nothing.'
  static override description =
    'Kubernetes and its APIs, nodes with architecture, allocatable and free disk, versions of K3s and containerd, images by digest, and what is installed. The file holds no secret: carry it back, for `lock --facts` and `build --facts`. With --key it is signed, as `cosign verify-blob --key` and openssl check it.'
  static override examples = [
    '<%= config.bin %> <%= command.id %> --site site.yaml --output bank-prod.facts.yaml',
    '<%= config.bin %> <%= command.id %> -c site.yaml -o bank-prod.facts.yaml --key site.key',
  ]
  static override readonly exits: readonly ErrorCode[] = [
    'DISK_FULL',
    'FILE_FAILED',
    'KEY_INVALID',
    ...siteExits,
    'LOAD_FAILED',
  ]
  static override flags = {
    site: siteFlag,
    output: Flags.string({ char: 'o', summary: 'Write the facts to this file.' }),
    key: signingKeyFlag({ dependsOn: ['output'] }),
  }

  async run() {
    const { flags } = await this.parse(Facts)
    const { output, key } = flags
    const { site } = await readSite(flags.site, nodeFiles())
    const request = {
      site,
      ...(output === undefined ? {} : { output }),
      ...(key === undefined ? {} : { sign: { key, ask: askPassphrase(this.signal) } }),
    }
    const found = await findFacts(request, await factsHost(site, process.env, this.note), this.talk)
    this.log(factsText(found))
    return found
  }
}
