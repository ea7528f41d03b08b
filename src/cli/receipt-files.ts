import { Errors, Flags } from '@oclif/core'
import type { Files } from '../kernel/ports/index.ts'
import type { SiteReceipt } from '../site/receipt/index.ts'
import { printableJson } from './printable-json.ts'
import { receiptPage } from './receipt/index.ts'

/** A file for the receipt: a page or JSON, by the end of its name. Of another one is a usage fault, before anything is done. */
export const receiptFlag = Flags.custom<string>({
  helpValue: 'FILE',
  async parse(path) {
    if (isPage(path) || path.endsWith('.json')) return path
    throw new Errors.CLIError(`${path} is no file for a receipt: its name ends with .html or .json`, {
      exit: 2,
    })
  },
})

/** Writes a receipt into files, each in the form that its name asks for. @throws SealiftError DISK_FULL, FILE_FAILED */
export async function writeReceiptFiles(
  receipt: SiteReceipt,
  paths: readonly string[],
  files: Pick<Files, 'write'>,
): Promise<void> {
  for (const path of paths)
    await files.write(path, isPage(path) ? receiptPage(receipt) : `${printableJson(receipt)}\n`)
}

const isPage = (path: string) => path.endsWith('.html')
