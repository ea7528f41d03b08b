/** Texts of manifests, and what becomes of them. */
import { rewriteText } from '../../../../src/teams/manifests/index.ts'

export const credentials = { name: 'infisical-universal-auth' }

/** What becomes of a text, with notes as a line each. */
export function rewritten(text: string, instead = {}, isTemplate = false) {
  const { notes, ...rest } = rewriteText('a.yaml', text, { credentials, ...instead }, isTemplate)
  return { ...rest, notes: notes.map(({ line, kind, text }) => `${kind} ${line}: ${text}`) }
}

/** A store of Infisical as the decision has it, with these lines below `infisical:`. */
export const store = (...lines: readonly string[]) =>
  `apiVersion: external-secrets.io/v1beta1
kind: ClusterSecretStore
metadata:
  name: team-store
spec:
  provider:
    infisical:
${lines.map(line => `      ${line}\n`).join('')}`

export const scope = ['secretsScope:', '  projectSlug: talent-mesh', '  environmentSlug: prod']
