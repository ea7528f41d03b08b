import { Errors, Flags } from '@oclif/core'
import { folderPath } from '../kernel/tenancy-file/index.ts'
import type { ReadOptions, TextForm } from '../teams/migrate/index.ts'

/** Where secrets are to go. */
export const slugFlags = {
  project: Flags.string({ required: true, helpValue: 'SLUG', summary: 'Project on the server.' }),
  environment: Flags.string({ required: true, helpValue: 'SLUG', summary: 'One of its environments.' }),
  path: Flags.custom<string>({
    default: '/',
    helpValue: '/FOLDER',
    summary: 'Folder there; it is made where it is not.',
    async parse(text) {
      const path = text === '/' ? '/' : text.replace(/\/$/, '')
      const read = folderPath.safeParse(path)
      if (path === '/' || read.success) return path
      throw new Errors.CLIError(`${text} is not ${read.error.issues[0]?.message}`, { exit: 2 })
    },
  })(),
}

/** `--switch`: ExternalSecrets that are to read from where the secrets are then. */
export const switchFlag = Flags.string({
  multiple: true,
  multipleNonGreedy: true,
  helpValue: 'NAMESPACE/NAME',
  summary: 'Let this ExternalSecret, or that of this Secret, read from the environment’s store then.',
})

/** One of them; another form is a usage fault. */
export function switchName(text: string): { namespace: string; name: string } {
  const [, namespace, name] = /^([a-z0-9-]+)\/([a-z0-9.-]+)$/.exec(text) ?? []
  if (namespace !== undefined && name !== undefined) return { namespace, name }
  throw new Errors.CLIError(`--switch ${text} is not NAMESPACE/NAME`, { exit: 2 })
}

const forms: readonly TextForm[] = ['yaml', 'json', 'dotenv', 'ini', 'hcl', 'whole']

/** How files are read. */
export const readingFlags = {
  leave: Flags.string({
    multiple: true,
    multipleNonGreedy: true,
    helpValue: 'PATTERN',
    summary: 'Leave these files or folders alone, such as those of the Terraform bootstrap.',
  }),
  'read-as': Flags.string({
    multiple: true,
    multipleNonGreedy: true,
    helpValue: 'PATTERN=FORM',
    summary: `Read the text in binary sops files as ${forms.join(', ')}.`,
  }),
  'null-as-empty': Flags.boolean({ summary: 'Take null as an empty text; it is left out otherwise.' }),
  unencrypted: Flags.boolean({ summary: 'Take what a sops file has without encryption as well.' }),
  'raw-dotenv': Flags.boolean({
    summary: 'Keep quotes, export and carriage returns of dotenv files.',
  }),
}

/** The same as a room takes it; a form that is none is a usage fault. */
export function readingOptions(flags: {
  readonly leave?: readonly string[] | undefined
  readonly 'read-as'?: readonly string[] | undefined
  readonly 'null-as-empty': boolean
  readonly unencrypted: boolean
  readonly 'raw-dotenv': boolean
}): ReadOptions {
  return {
    leave: flags.leave ?? [],
    readAs: (flags['read-as'] ?? []).map(formOf),
    nullAsEmpty: flags['null-as-empty'],
    unencrypted: flags.unencrypted,
    rawDotenv: flags['raw-dotenv'],
  }
}

function formOf(text: string) {
  const [, pattern, name] = /^(.+)=([^=]+)$/.exec(text) ?? []
  const form = forms.find(known => known === name)
  if (pattern !== undefined && form !== undefined) return { pattern, form }
  throw new Errors.CLIError(`--read-as ${text} is not PATTERN=FORM, with one of ${forms.join(', ')}`, {
    exit: 2,
  })
}
