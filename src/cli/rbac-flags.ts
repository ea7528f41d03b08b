import { Errors, Flags } from '@oclif/core'
import type { ErrorCode } from '../kernel/errors/index.ts'
import type { KubernetesObject } from '../kernel/ports/index.ts'
import { printYaml } from '../kernel/yaml/index.ts'
import type { Subject } from '../site/rights/index.ts'

/** How telling rights can end. */
export const rbacExits: readonly ErrorCode[] = [
  'SPEC_INVALID',
  'RENDER_FAILED',
  'DISK_FULL',
  'FILE_FAILED',
  'KEY_INVALID',
  'SITE_INVALID',
  'BUNDLE_MALFORMED',
  'BUNDLE_DAMAGED',
  'BUNDLE_WRONG_PLATFORM',
  'BUNDLE_UNSIGNED',
  'SIGNATURE_INVALID',
]

const usage = (message: string) => new Errors.CLIError(message, { exit: 2 })

/** `--subject`: who gets rights. */
export const subjectFlag = Flags.custom<Subject>({
  helpValue: 'KIND:NAME',
  summary:
    'Who: serviceaccount:NAMESPACE/NAME, user:NAME or group:NAME; serviceaccount:change-window/sealift unless said.',
  async parse(text) {
    const [, namespace, account] =
      /^serviceaccount:([a-z0-9][a-z0-9-]{0,62})\/([a-z0-9][a-z0-9.-]{0,252})$/.exec(text) ?? []
    if (namespace !== undefined && account !== undefined)
      return { kind: 'ServiceAccount', namespace, name: account }
    const [, kind, name] = /^(user|group):([^\p{Cc}]+)$/u.exec(text) ?? []
    if (name !== undefined) return { kind: kind === 'user' ? 'User' : 'Group', name }
    throw usage(`${text} is nobody: write serviceaccount:NAMESPACE/NAME, user:NAME or group:NAME`)
  },
})

/** Who gets them where nobody is named. */
export const usualSubject: Subject = { kind: 'ServiceAccount', namespace: 'change-window', name: 'sealift' }

/**
 * The verbs that `--for` names, of both wings: by their words (`rotate admin`, `rotate-admin`), or a first word for all that
 * begin with it. @throws CLIError with those that there are
 */
export function verbsFor<S extends string, T extends string>(
  text: string,
  all: { readonly site: readonly S[]; readonly teams: readonly T[] },
): { site: S[]; teams: T[] } {
  const site = new Set<S>()
  const teams = new Set<T>()
  for (const word of text.split(',').map(one => one.trim().replaceAll(/[-:]/g, ' '))) {
    const isMeant = (verb: string) => verb === word || verb.startsWith(`${word} `)
    const meant = [
      ...all.site.filter(isMeant).map(verb => site.add(verb)),
      ...all.teams.filter(isMeant).map(verb => teams.add(verb)),
    ]
    if (meant.length === 0)
      throw usage(
        `${word || 'nothing'} is no verb that needs rights: ${[...all.site, ...all.teams].join(', ')}`,
      )
  }
  return { site: [...site], teams: [...teams] }
}

/** The objects as documents of YAML, with what they are for above them. */
export function grantedText(objects: readonly KubernetesObject[], verbs: string): string {
  return [`# Rights for sealift: ${verbs}`, ...objects.map(object => printYaml(object).trimEnd())].join(
    '\n---\n',
  )
}
