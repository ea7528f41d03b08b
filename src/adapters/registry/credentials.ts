import * as z from 'zod'
import { printable, SealiftError } from '../../kernel/errors/index.ts'
import { Secret } from '../../kernel/ports/index.ts'
import { type Environment, type LoginFile, loginFor, loginPaths, readLoginFile } from './login-files.ts'
import { type Credential, credentialOf, type Registries } from './registries.ts'

const helperAnswer = z.looseObject({ Username: z.string(), Secret: z.string() })

/** Finds the credential for an endpoint by its names, and the image's repository there. */
export type FindCredential = (
  names: readonly string[],
  repository?: string,
) => Promise<Credential | undefined>

/**
 * Looks in registries.yaml first, then in the files that logins are kept in: credential helper, store, `auths`. The
 * files are read at the first need and each answer is kept.
 * @throws (when looking) SealiftError FILE_FAILED for a file that cannot be read, REGISTRY_DENIED for a helper that fails
 */
export function createCredentials(registries: Registries, environment: Environment): FindCredential {
  const files = new Map<string, Promise<LoginFile>>()
  const known = new Map<string, Promise<Credential | undefined>>()

  const find = async (names: readonly string[], repository?: string): Promise<Credential | undefined> => {
    const configured = registries.credential(names)
    if (configured) return configured
    for (const path of loginPaths(environment)) {
      const file = files.get(path) ?? readLoginFile(path)
      files.set(path, file)
      const stored = await storedCredential(await file, { names, repository, environment })
      if (stored) return stored
    }
    return undefined
  }
  return (names, repository) => {
    const key = [...names, repository].join(' ')
    const found = known.get(key) ?? find(names, repository)
    known.set(key, found)
    return found
  }
}

interface Asked {
  readonly names: readonly string[]
  readonly repository: string | undefined
  readonly environment: Environment
}

async function storedCredential(
  file: LoginFile,
  { names, repository, environment }: Asked,
): Promise<Credential | undefined> {
  for (const name of names) {
    const helper = file.credHelpers?.[name] ?? file.credsStore
    const answered = helper ? await askHelper(helper, name, environment) : undefined
    if (answered) return answered
    const stored = loginOf(file, name, repository)
    if (stored) return stored
  }
  return undefined
}

/** The credential that a file of logins itself holds. */
export function loginOf(file: LoginFile, name: string, repository?: string): Credential | undefined {
  const { username, password, auth, identitytoken, registrytoken } = loginFor(file, name, repository) ?? {}
  return credentialOf({ username, password, auth, identity_token: identitytoken, token: registrytoken })
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
    throw new SealiftError(
      'REGISTRY_DENIED',
      `${printable(program, 100)} gave no credentials for ${server}`,
      {
        hints: [`Try it by hand: echo ${server} | ${printable(program, 100)} get`],
      },
    )
  }
  const parsed = helperAnswer.safeParse(parseJson(answer.stdout))
  if (!parsed.success) {
    throw new SealiftError(
      'REGISTRY_DENIED',
      `${printable(program, 100)} answered something that is no credential`,
    )
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
