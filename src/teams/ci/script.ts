import { printable } from '../../kernel/errors/index.ts'
import type { Login } from '../../kernel/ports/index.ts'
import type { Fetched } from './steps.ts'

/** What a script needs to know. */
interface ScriptRequest {
  readonly identity: { readonly name: string }
  readonly login: Login
  readonly identityId: string
  readonly domain: string
}

// Tokens go to programs by their environment and by pipes, never as arguments, which everybody on a machine can read.
const header = `header() { printf 'header = "authorization: Bearer %s"\\n' "$1"; }`

/** Logs in with CI_TOKEN; gives ACCESS_TOKEN. Names of the file and ids are of letters that a shell takes as they are. */
function login({ login, identityId, domain }: ScriptRequest): string[] {
  return [
    `ACCESS_TOKEN=$(jq -n '{identityId: "${identityId}", jwt: env.CI_TOKEN}' |`,
    `  curl -sS --fail-with-body -H 'content-type: application/json' -d @- ${quoted(`${domain}/api/v1/auth/${login.kind}-auth/login`)} |`,
    '  jq -er .accessToken)',
  ]
}

function fetching({ domain }: ScriptRequest, { project, environment, path, recursive }: Fetched): string {
  const query = [
    ...[`workspaceSlug=${project}`, `environment=${environment}`, `secretPath=${path}`],
    ...[`recursive=${recursive}`, 'include_imports=true', 'expandSecretReferences=false'],
  ]
  const data = query.map(pair => `--data-urlencode ${quoted(pair)}`).join(' ')
  return `header "$ACCESS_TOKEN" | curl -sS --fail-with-body -K - -G ${data} ${quoted(`${domain}/api/v3/secrets/raw`)}`
}

// Own secrets win over imported ones, and of these the last, as in the action; a name that no variable can have is left
// out; of jq's anchors $ also fits before a line's end. An answer that is cut off or empty is a failure.
const pairs =
  'input | [(.imports // [] | .[].secrets[]), .secrets[]] | map({(.secretKey): .secretValue}) | add // {} | to_entries[] | select(.key | test("\\\\A[A-Za-z_][A-Za-z0-9_]*\\\\z"))'

/**
 * The step of a job of GitHub Actions that does what the action does, which has no JWT auth: asks GitHub for a token,
 * logs in with it, masks what it fetches and puts it into the variables of later steps.
 */
export function gitHubScript(
  request: ScriptRequest,
  audience: string | undefined,
  fetched: readonly Fetched[],
): string {
  const query = audience === undefined ? '' : `&audience=${encodeURIComponent(audience)}`
  return [
    'set -euo pipefail',
    header,
    `CI_TOKEN=$(header "$ACTIONS_ID_TOKEN_REQUEST_TOKEN" |`,
    `  curl -sS --fail-with-body -K - "$ACTIONS_ID_TOKEN_REQUEST_URL${query}" | jq -er .value)`,
    'export CI_TOKEN',
    ...login(request),
    "END=$(od -An -N16 -tx1 /dev/urandom | tr -d ' \\n')",
    'export END',
    'secrets() {',
    `  jq -cn '${pairs}' | while IFS= read -r pair; do`,
    `    printf '%s' "$pair" | jq -r '.value | split("\\n")[] | select(. != "") | gsub("%"; "%25") | gsub("\\r"; "%0D") | "::add-mask::" + .'`,
    `    printf '%s' "$pair" | jq -r '"\\(.key)<<\\(env.END)\\n\\(.value)\\n\\(env.END)"' >>"$GITHUB_ENV"`,
    '  done',
    '}',
    ...fetched.map(one => `${fetching(request, one)} | secrets`),
    '',
  ].join('\n')
}

/** The same for another CI: prints lines for a shell's `eval`, with the CI's own token in CI_TOKEN. */
export function fetchScript(request: ScriptRequest, fetched: readonly Fetched[]): string {
  return [
    '#!/bin/sh',
    `# Written by sealift ci workflow for the identity ${printable(request.identity.name)}. No secret is in it: a job logs in with the token that its`,
    `# CI signs for it, for the audience ${request.login.audiences.join(' or ')}, in the variable CI_TOKEN. It wants curl and jq.`,
    '# Its use, in a job: secrets=$(ENVIRONMENT=prod sh fetch-secrets.sh) && eval "$secrets"',
    'set -eu',
    // biome-ignore lint/suspicious/noTemplateCurlyInString: they are the shell's
    ': "${CI_TOKEN:?}" "${ENVIRONMENT:?}"',
    'export CI_TOKEN',
    header,
    ...login(request),
    `secrets() { jq -rn '${pairs} | "export \\(.key)=\\(.value | @sh)"'; }`,
    'case "$ENVIRONMENT" in',
    ...[...Map.groupBy(fetched, ({ environment }) => environment)].flatMap(([environment, some]) => [
      `${environment})`,
      ...some.map(one => `  ${fetching(request, one)} | secrets`),
      '  ;;',
    ]),
    `*) echo "the identity reads nothing of $ENVIRONMENT" >&2; exit 1 ;;`,
    'esac',
    '',
  ].join('\n')
}

/** A text for a shell, as it is. */
const quoted = (text: string) => `'${text.replaceAll("'", `'\\''`)}'`
