import * as z from 'zod'
import { printable, SealiftError } from '../../kernel/errors/index.ts'
import { indexFile, layoutFile } from './layout.ts'

/** One thing that is wrong with a bundle. Texts are fit for a terminal. */
export const fault = z.strictObject({
  code: z.enum(['BUNDLE_MALFORMED', 'BUNDLE_DAMAGED', 'BUNDLE_WRONG_PLATFORM']),
  message: z.string(),
  /** The image, chart, file, blob or archive entry concerned. */
  where: z.string(),
})
export type Fault = z.infer<typeof fault>

/** Takes faults as they are found. */
export type ReportFault = (fault: Fault) => void

/** A fault of form: the bundle was not written by Sealift, or changed by someone. */
export function malformed(where: string, message: string): Fault {
  return { code: 'BUNDLE_MALFORMED', message: printable(message, 400), where: printable(where) }
}

/** A fault of content: bytes are missing or changed. */
export function damaged(where: string, message: string): Fault {
  return { code: 'BUNDLE_DAMAGED', message: printable(message, 400), where: printable(where) }
}

/** A fault of choice: what is there is for other platforms than the one that is wanted. */
export function wrongPlatform(where: string, wanted: string, here: readonly string[]): Fault {
  const message = `is for ${here.join(', ') || 'no platform'}, not for ${wanted}`
  return { code: 'BUNDLE_WRONG_PLATFORM', message: printable(message, 400), where: printable(where) }
}

/** Most faults that are kept of one bundle: what is made to have millions is not to print them. */
const mostFaults = 1000

/** Collects faults, each once; after {@link mostFaults} the last one says that there are more. */
export function faultList(): { readonly faults: readonly Fault[]; readonly report: ReportFault } {
  const faults = new Map<string, Fault>()
  const more = malformed('the bundle', `has more than ${mostFaults} faults; the others are not listed`)
  const report = (fault: Fault) => {
    if (faults.size < mostFaults) faults.set(JSON.stringify(fault), fault)
    else if (!faults.has(JSON.stringify(fault))) faults.set('', more)
  }
  return {
    report,
    get faults() {
      return [...faults.values()]
    },
  }
}

/** One line for a fault. */
function faultText({ where, message }: Fault): string {
  return `${where}: ${message}`
}

const headlines = {
  BUNDLE_MALFORMED: 'the bundle is not well-formed',
  BUNDLE_DAMAGED: 'the bundle is damaged',
  BUNDLE_WRONG_PLATFORM: 'the bundle is not for that platform',
}

/** All faults as one error; damage is named before form, since a damaged bundle often looks malformed too. */
export function faultsError(faults: readonly Fault[]): SealiftError {
  const texts = faults.map(faultText)
  if ([layoutFile, indexFile].every(name => faults.some(fault => isMissing(fault, name)))) {
    return new SealiftError('BUNDLE_MALFORMED', 'this is no Sealift bundle', {
      faults: texts,
      hints: [
        'take the file that `sealift build` has made; one that it has not finished ends in .partial',
        'if it is that file, its first bytes are damaged: copy it again',
      ],
    })
  }
  const leading = faults.find(fault => fault.code === 'BUNDLE_DAMAGED') ?? faults[0]
  const code = leading?.code ?? 'BUNDLE_MALFORMED'
  const rest = texts.length > 1 ? ` (and ${texts.length - 1} more)` : ''
  const first = leading === undefined ? '' : `: ${faultText(leading)}`
  return new SealiftError(code, `${headlines[code]}${first}${rest}`, {
    faults: texts,
    hints:
      code === 'BUNDLE_DAMAGED'
        ? ['copy it again from where it was built, and run `sealift verify` on it']
        : [],
  })
}

const missing = 'is missing'

/** The fault of a bundle without one of the two files that every bundle begins with. */
export function missingFile(name: string): Fault {
  return malformed(name, missing)
}

const isMissing = ({ where, message }: Fault, name: string): boolean => where === name && message === missing
