import { readFile } from 'node:fs/promises'
import { homedir } from 'node:os'
import { join } from 'node:path'
import * as z from 'zod'
import { printable, SealiftError, systemCode } from '../../kernel/errors/index.ts'

/** The process's environment, or a part of it. */
export type Environment = Readonly<Record<string, string | undefined>>

const login = z.looseObject({
  username: z.string().optional(),
  password: z.string().optional(),
  auth: z.string().optional(),
  identitytoken: z.string().optional(),
  registrytoken: z.string().optional(),
})

/** Stands for a login that is none: it voids nobody else's. */
const unusable: z.infer<typeof login> = {}

const schema = z.looseObject({
  auths: z.record(z.string(), login.catch(unusable)).optional(),
  credHelpers: z.record(z.string(), z.string()).optional(),
  credsStore: z.string().optional(),
})

/** A file that logins are kept in: Docker's config.json, and auth.json in the same form (containers-auth.json(5)). */
export type LoginFile = z.infer<typeof schema>

/** The login of a file under `auths`. */
export type Login = z.infer<typeof login>

/**
 * Where logins are kept, in the order that they are looked up: REGISTRY_AUTH_FILE alone where it is set, otherwise
 * Docker's file, then those of podman, skopeo and buildah.
 */
export function loginPaths(environment: Environment): string[] {
  const { REGISTRY_AUTH_FILE: one, DOCKER_CONFIG, XDG_RUNTIME_DIR, XDG_CONFIG_HOME } = environment
  if (one) return [one]
  const home = environment['HOME'] || homedir()
  return [
    join(DOCKER_CONFIG || join(home, '.docker'), 'config.json'),
    ...[XDG_RUNTIME_DIR, XDG_CONFIG_HOME || join(home, '.config')].flatMap(folder =>
      folder ? [join(folder, 'containers/auth.json')] : [],
    ),
  ]
}

/** A file that is not there holds no login. @throws SealiftError FILE_FAILED, without the file's text */
export async function readLoginFile(path: string): Promise<LoginFile> {
  let text: string
  try {
    text = await readFile(path, 'utf8')
  } catch (error) {
    const code = systemCode(error)
    if (code === 'ENOENT' || code === 'ENOTDIR') return {}
    throw new SealiftError('FILE_FAILED', `${path}: cannot be read (${code})`, { cause: error })
  }
  return parseLoginFile(text, path)
}

/** Logins as Docker's config.json has them. @throws SealiftError FILE_FAILED, without the text */
export function parseLoginFile(text: string, path: string): LoginFile {
  let fault = 'not JSON'
  try {
    // What is null is absent, as for Go, in which the tools that write this file are written.
    const value: unknown = JSON.parse(text, (_, field: unknown) => field ?? undefined)
    const parsed = schema.safeParse(value)
    if (parsed.success) return parsed.data
    // The field's name, never its value.
    fault = printable(`${parsed.error.issues[0]?.path.slice(0, 2).join('.') || 'it'} is of another type`)
  } catch {
    // Neither cause nor parser's words: both quote the file, which holds passwords.
  }
  throw new SealiftError('FILE_FAILED', `${path}: not a valid Docker config: ${fault}`)
}

/**
 * The login for an image's repository, `team-a/app`, at a registry: the one of the longest path that holds it, then the
 * registry's own. A login of another path is none. @throws SealiftError FILE_FAILED for one with fields of another type
 */
export function loginFor({ auths = {} }: LoginFile, name: string, repository = ''): Login | undefined {
  const parts = repository.split('/').filter(part => part !== '')
  const places = parts.map((_, i) => `${name}/${parts.slice(0, parts.length - i).join('/')}`)
  for (const place of [...places, name]) {
    const key =
      Object.keys(auths).find(key => key === place) ?? Object.keys(auths).find(key => bare(key) === place)
    if (key === undefined) continue
    if (auths[key] !== unusable) return auths[key]
    throw new SealiftError(
      'FILE_FAILED',
      `the login for ${printable(key)} is not one: its fields are no texts`,
      {
        hints: ['Log in anew: it is under `auths` in the Docker config.'],
      },
    )
  }
  return undefined
}

/** Docker has written `https://host/v1/` and `host` for the same thing; only a key without a scheme is of a path. */
function bare(key: string): string {
  const [, host] = /^https?:\/\/([^/]*)/.exec(key) ?? []
  return host ?? key.replace(/\/+$/, '')
}
