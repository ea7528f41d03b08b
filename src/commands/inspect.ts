import { Args } from '@oclif/core'
import { nodeFiles } from '../adapters/files/index.ts'
import { layerBytes } from '../bundle/layout/index.ts'
import { imageBytes } from '../bundle/lock/index.ts'
import { BaseCommand, bytes, count, mebibytes, table } from '../cli/index.ts'
import type { ErrorCode } from '../kernel/errors/index.ts'
import { attachmentKinds } from '../kernel/oci/index.ts'
import { inspect } from '../seal/verbs/inspect.ts'

export default class Inspect extends BaseCommand {
  static override summary = 'Say what is in a bundle, without reading its layers.'
  static override description =
    'Reads the bundle by offset and unpacks nothing. That its bytes are sound is what verify says.'
  static override examples = [
    '<%= config.bin %> <%= command.id %> out/infisical-1.0.0.tar',
    '<%= config.bin %> <%= command.id %> BUNDLE --json',
  ]
  static override readonly exits: readonly ErrorCode[] = ['FILE_FAILED', 'BUNDLE_MALFORMED', 'BUNDLE_DAMAGED']
  static override args = { bundle: Args.string({ description: 'The bundle file', required: true }) }

  async run() {
    const { args } = await this.parse(Inspect)
    const found = await inspect(args.bundle, nodeFiles())
    const { metadata, platforms, kubernetes, charts, images, tools, budget } = found.lock
    this.log(`${metadata.name} ${metadata.version}  ${platforms.join(', ')}  Kubernetes ${kubernetes}`)
    this.log(`  digest  ${found.digest}\n  size    ${bytes(found.size)}`)
    if (found.absent.length > 0)
      this.log(
        `  delta   without ${count(found.absent.length, 'layer')} (${bytes(layerBytes(found.absent))}), see below`,
      )
    this.log(
      `  signed  ${found.signature ? 'a signature lies beside it; verify --key checks it' : 'no signature lies beside it'}`,
    )
    const rows = [
      ...charts.map(({ name, version, package: { size, digest } }) => [
        'chart',
        `${name} ${version}`,
        bytes(size),
        digest,
      ]),
      ...images.map(image => ['image', image.name, bytes(imageBytes(image)), image.digest]),
      ...tools.map(({ name, version, content: { size, digest } }) => [
        'tool',
        `${name} ${version}`,
        bytes(size),
        digest,
      ]),
    ]
    this.log(`\n${table(['what', 'name', 'size', 'digest'], rows, [2])}`)
    const kinds = images.flatMap(({ attachments = [] }) => attachments.map(({ kind }) => kind))
    const counted = attachmentKinds.map(kind => [kind, kinds.filter(one => one === kind).length] as const)
    if (kinds.length > 0)
      this.log(`\nattached to images: ${counted.map(([kind, count]) => `${kind} ${count}`).join(', ')}`)
    this.log(
      `\ndeclared requests: ${mebibytes(budget.declared.memory)} of ${budget.memory}, ${budget.declared.cpu}m of ${budget.cpu}`,
    )
    const left = found.absent
      .slice(0, 20)
      .map(({ digest, size, images: names }) => [digest, bytes(size), names.join(', ')])
    if (left.length > 0) this.log(`\n${table(['left out', 'size', 'layer of'], left, [1])}`)
    if (found.absent.length > left.length)
      this.log(`and ${found.absent.length - left.length} more: --json has all`)
    return found
  }
}
