import { readFile } from 'node:fs/promises'
import { homedir } from 'node:os'
import { join } from 'node:path'
import * as z from 'zod'
import { SealiftError, systemCode } from '../../kernel/errors/index.ts'
import { Secret } from '../../kernel/ports/index.ts'
import { type Credential, credentialOf, type Registries } from './registries.ts'

/** The process's environment, or a part of it. */
export type Environment = Readonly<Record<string, string | undefined>>

const login = z.looseObject({
  username: z.string().optional(),
  password: z.string().optional(),
  auth: z.string().optional(),
  identitytoken: z.string().optional(),
  registrytoken: z.string().optional(),
})

const schema = z.looseObject({
  auths: z.record(z.string(), login).optional(),
  credHelpers: z.record(z.string(), z.string()).optional(),
  credsStore: z.string().optional(),
})

type DockerConfig = z.infer<typeof schema>

const helperAnswer = z.looseObject({ Username: z.string(), Secret: z.string() })

/** Finds the credential for an endpoint by its names. */
export type FindCredential = (names: readonly string[]) => Promise<Credential | undefined>

/**
 * Looks in registries.yaml first, then in Docker's config: credential helper, store, `auths`. The config is read
 * at the first need and each host's answer is kept.
 * @throws (when looking) SealiftError FILE_FAILED for a config that cannot be read, REGISTRY_DENIED for a helper that fails
 */
export function createCredentials(registries: Registries, environment: Environment): FindCredential {
  const path = join(
    environment['DOCKER_CONFIG'] || join(environment['HOME'] || homedir(), '.docker'),
    'config.json',
  )
  let config: Promise<DockerConfig> | undefined
  const known = new Map<string, Promise<Credential | undefined>>()

  const find = async (names: readonly string[]): Promise<Credential | undefined> => {
    const configured = registries.credential(names)
    if (configured) return configured
    config ??= readConfig(path)
    return dockerCredential(await config, names, environment)
  }
  return names => {
    const key = names.join(' ')
    const found = known.get(key) ?? find(names)
    known.set(key, found)
    return found
  }
}

async function readConfig(path: string): Promise<DockerConfig> {
  let text: string
  try {
    text = await readFile(path, 'utf8')
  } catch (error) {
    const code = systemCode(error)
    if (code === 'ENOENT' || code === 'ENOTDIR') return {}
    throw new SealiftError('FILE_FAILED', `${path}: cannot be read (${code})`, { cause: error })
  }
  try {
    // What is null is absent, as for Go, in which the tools that write this file are written.
    return schema.parse(JSON.parse(text, (_, value: unknown) => value ?? undefined))
  } catch {
    // Neither cause nor parser's words: both quote the file, which holds passwords.
    throw new SealiftError('FILE_FAILED', `${path}: not a valid Docker config`)
  }
}

async function dockerCredential(
  config: DockerConfig,
  names: readonly string[],
  environment: Environment,
): Promise<Credential | undefined> {
  for (const name of names) {
    const helper = config.credHelpers?.[name] ?? config.credsStore
    const answered = helper ? await askHelper(helper, name, environment) : undefined
    if (answered) return answered
    const key = Object.keys(config.auths ?? {}).find(key => key === name || hostOf(key) === name)
    const { identitytoken, registrytoken, ...rest } = config.auths?.[key ?? ''] ?? {}
    const stored = credentialOf({ ...pick(rest), identity_token: identitytoken, token: registrytoken })
    if (stored) return stored
  }
  return undefined
}

function pick({ username, password, auth }: z.infer<typeof login>) {
  return { username, password, auth }
}

/** Docker has written `https://host/v1/` and `host` for the same thing. */
function hostOf(key: string): string {
  return key.replace(/^https?:\/\//, '').replace(/\/.*$/, '')
}

/** The credential helper protocol (docker-credential-helpers): the server on stdin, JSON on stdout. */
async function askHelper(
  helper: string,
  server: string,
  environment: Environment,
): Promise<Credential | undefined> {
  const program = `docker-credential-${helper}`
  // What opens the user's keys is not for a helper.
  const { SEALIFT_KEY_PASSPHRASE: _, COSIGN_PASSWORD: __, ...env } = environment
  const options = { input: server, env, extendEnv: false, reject: false, timeout: 30_000 }
  const { execa } = await import('execa')
  const answer = await execa(program, ['get'], options)
  if (answer.failed) {
    if (/credentials not found|no credentials|no .* credentials/i.test(answer.stdout)) return undefined
    // Its output stays unsaid: it may hold what it was asked for.
    throw new SealiftError('REGISTRY_DENIED', `${program} gave no credentials for ${server}`, {
      hints: [`Try it by hand: echo ${server} | ${program} get`],
    })
  }
  const parsed = helperAnswer.safeParse(parseJson(answer.stdout))
  if (!parsed.success) {
    throw new SealiftError('REGISTRY_DENIED', `${program} answered something that is no credential`)
  }
  const { Username: username, Secret: secret } = parsed.data
  if (username === '<token>') return { kind: 'identity', token: new Secret(secret) }
  return credentialOf({ username, password: secret })
}

function parseJson(text: string): unknown {
  try {
    return JSON.parse(text)
  } catch {
    return undefined
  }
}
