import { createPublicKey } from 'node:crypto'
import * as z from 'zod'
import { secretRef } from '../fields/index.ts'

// How a machine logs in with a token that its CI signs anew for every job: nothing is kept that could be lost. In
// patterns only `*` is special: the server takes shell patterns, in which !x is everything but x, and a comma ends one.

const pattern = (characters: string, what: string) =>
  z
    .string()
    .max(300)
    .regex(new RegExp(`^${characters}+$`), `${what}, of which * stands for any text`)
    // The server tries every way to fit them, at each login.
    .regex(/^([^*]*\*){0,4}[^*]*$/, 'at most four *')

const name = z
  .string()
  .regex(/^[A-Za-z0-9](-?[A-Za-z0-9_]){0,99}$/, 'the name of an organisation or a user, without patterns')
const repository = pattern('[A-Za-z0-9._*-]', 'the name of a repository without its owner')
const gitRef = pattern('[A-Za-z0-9._/#*-]', 'a name')
const plain = pattern('(?! )[A-Za-z0-9._~:/@+#$%&=* -]', 'a text without , ! ? and brackets').regex(
  /[^ ]$/,
  'no blanks around it',
)

const httpsAddress = z
  .url({ protocol: /^https$/, error: 'an https:// address' })
  .refine(text => !/[?#@]/.test(text), 'no user, query or fragment in it')
  .refine(
    text => !/^(localhost|host\.docker\.internal)$/i.test(URL.parse(text)?.hostname ?? ''),
    'an address as the pods of the cluster see it: the server refuses localhost, whatever it is set to',
  )

const lifetime = z
  .string()
  .regex(/^[1-9][0-9]{0,4}[smh]$/, 'a time such as 15m or 1h')
  .refine(text => !(secondsOf(text) > 2_592_000), 'at most 720h')
  .default('1h')
  .describe('How long an access token lives that such a login gives')

/** A time of a tenancy file, `15m`, in seconds. */
export function secondsOf(time: string): number {
  return Number(time.slice(0, -1)) * ({ s: 1, m: 60, h: 3600 }[time.at(-1) ?? ''] ?? Number.NaN)
}

// A text of any kind passes here: one that is none is told of without it, for it may be a private key.
const ca = z
  .union([z.string().max(200_000), secretRef], {
    error: 'certificates as PEM, or the Secret with them: { namespace, name, key }',
  })
  .optional()
  .describe(
    'CA of the issuer where it is a private one: certificates as PEM, or the Secret { namespace, name, key } that holds them',
  )

/** Whether a text is certificates as PEM, and nothing else. */
export const isCertificates = (text: string): boolean =>
  /^(\s*-----BEGIN CERTIFICATE-----[A-Za-z0-9+/=\s]+-----END CERTIFICATE-----)+\s*$/.test(text)

const caFault = { error: 'ca to be certificates as PEM (-----BEGIN CERTIFICATE----- …), and nothing else' }
const hasCertificates = ({ ca }: { readonly ca?: unknown }) => typeof ca !== 'string' || isCertificates(ca)

const github = z
  .strictObject({
    owner: name.describe('Organisation or user whose repositories they are'),
    ownerId: z
      .string()
      .regex(/^[1-9][0-9]{0,18}$/, 'a number in quotes')
      .optional()
      .describe('Its id (gh api users/OWNER --jq .id): a name can be given up and taken by somebody else'),
    repositories: z
      .array(repository)
      .min(1)
      .max(200)
      .describe('Names of repositories, without the owner; * stands for any text'),
    branches: z.array(gitRef).default([]).describe('Branches, such as main and release/*'),
    tags: z.array(gitRef).default([]).describe('Tags, such as v*'),
    environments: z
      .array(plain)
      .default([])
      .describe("GitHub's environments, one of which a job must be in; any or none when left out"),
    events: z
      .array(z.string().regex(/^[a-z_]{1,50}$/, 'the name of an event, such as push'))
      .min(1)
      .default(['push', 'workflow_dispatch', 'schedule'])
      .describe('Events that may start a job; pull_request_target runs with the rights of its base branch'),
    server: httpsAddress
      .refine(text => URL.parse(text)?.pathname === '/', 'no path in it')
      .optional()
      .describe('GitHub Enterprise Server, https://ghe.bank.example; GitHub.com when left out'),
    audience: plain
      .regex(/^[^*]+$/, 'no pattern')
      .optional()
      .describe("For whom a job asks its token; the owner's address, as GitHub has it, when left out"),
    ca,
  })
  .refine(hasCertificates, caFault)
  .refine(
    ({ branches, tags, environments }) => branches.length + tags.length + environments.length > 0,
    'branches, tags or environments: without them every branch of everybody who may push is let in',
  )

const bounds = {
  audiences: z
    .array(plain.regex(/[^*]/, 'more than *: a token for anybody else would do'))
    .min(1)
    .describe('For whom its tokens must be: one of these'),
  subjects: z
    .array(plain)
    .default([])
    .describe('Whom they must be of (sub): one of these; * stands for any text'),
  claims: z
    .record(
      z.string().regex(/^[A-Za-z][A-Za-z0-9_]*(\.[A-Za-z][A-Za-z0-9_]*){0,5}$/, 'the name of a claim'),
      z.array(plain).min(1),
    )
    .default({})
    .describe('What else they must say: each claim one of its texts; a.b is the field b of a'),
}
const someBound = {
  error: 'subjects or claims that not everybody fits to whom the issuer gives tokens',
}
const isBound = ({ subjects, claims }: { subjects: string[]; claims: Record<string, string[]> }) =>
  [subjects, ...Object.values(claims)].some(
    texts => texts.length > 0 && texts.every(text => !/^\**$/.test(text)),
  )
// The server takes several subjects as texts of that claim.
const oneSub = { path: ['claims', 'sub'], error: 'subjects or claims.sub, and not both' }
const hasOneSub = ({ subjects, claims }: { subjects: string[]; claims: Record<string, string[]> }) =>
  subjects.length === 0 || claims['sub'] === undefined

const oidc = z
  .strictObject({
    issuer: httpsAddress.describe(
      'The issuer, as its tokens name it (iss); the server asks it at every login',
    ),
    ...bounds,
    ca,
  })
  .refine(hasCertificates, caFault)
  .refine(isBound, someBound)
  .refine(hasOneSub, oneSub)

const jwt = z
  .strictObject({
    issuer: plain.describe('The issuer, as its tokens name it (iss); it is never asked'),
    keys: z
      .array(z.string().max(20_000))
      .min(1)
      .max(20)
      .refine(keys => keys.every(isVerifying), 'public keys as PEM (-----BEGIN PUBLIC KEY----- …), RSA or EC')
      .describe('Public keys of the issuer as PEM, RSA or EC: whoever has a private one can log in'),
    ...bounds,
  })
  .refine(isBound, someBound)
  .refine(hasOneSub, oneSub)

// The server verifies with the library jsonwebtoken, which knows no others, and refuses short RSA keys.
function isVerifying(pem: string): boolean {
  if (!/^\s*-----BEGIN PUBLIC KEY-----[A-Za-z0-9+/=\s]+-----END PUBLIC KEY-----\s*$/.test(pem)) return false
  try {
    const { asymmetricKeyType: type, asymmetricKeyDetails: details } = createPublicKey(pem)
    return type === 'ec' || (type === 'rsa' && (details?.modulusLength ?? 0) >= 2048)
  } catch {
    return false
  }
}

/** How an identity logs in without a credential that lasts: exactly one of the three. */
export const login = z
  .strictObject({
    github: github.optional().describe('Jobs of GitHub Actions, where the server can reach GitHub'),
    oidc: oidc.optional().describe('Tokens of another OpenID Connect issuer that the server can reach'),
    jwt: jwt.optional().describe('Tokens of an issuer that it cannot reach, by keys that are here'),
    ttl: lifetime,
  })
  .refine(
    ({ github, oidc, jwt }) => [github, oidc, jwt].filter(way => way !== undefined).length === 1,
    'one of github, oidc and jwt',
  )
