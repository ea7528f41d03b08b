import { SealiftError } from '../../../kernel/errors/index.ts'
import { parseWritten, parseWrittenJson, syntaxFault, type Written } from '../../../kernel/yaml/index.ts'

/**
 * The documents of a text, none of whose words is told.
 * @param what the text is, for the error: the file's path, or what lies in it
 * @throws SealiftError SOPS_FAILED, for YAML with line and column
 */
export function parseDocuments(text: string, form: 'yaml' | 'json', what: string): (Written | undefined)[] {
  try {
    return form === 'yaml' ? parseWritten(text) : [parseWrittenJson(text)]
  } catch (error) {
    const fault = form === 'yaml' ? syntaxFault(error, false) : 'not readable as JSON'
    throw new SealiftError('SOPS_FAILED', `${what}: ${fault}`)
  }
}
