/** What the tokens said that the recorded logins were made with: by the names of the steps; the recordings leave them out. */
const main = 'ref:refs/heads/main'
const gitHub = { aud: 'https://github.example/openova', repository: 'openova/app' }

/** Of 2026-07-oidc; the issuer is the step's. */
export const oidcClaims: Readonly<Record<string, Readonly<Record<string, string>>>> = {
  'login: fits': { ...gitHub, sub: `repo:openova/app:${main}` },
  'login: other branch': { ...gitHub, sub: 'repo:openova/app:ref:refs/heads/other' },
  'login: other org': { ...gitHub, repository: 'evil/app', sub: `repo:evil/app:${main}` },
  'login: pull request': { ...gitHub, sub: 'repo:openova/app:pull_request' },
  'login: expired': { ...gitHub, sub: `repo:openova/app:${main}` },
  'login: nested repository name': {
    ...gitHub,
    repository: 'openova/a/b',
    sub: `repo:openova/a/b:${main}`,
  },
}

const ci = { iss: 'https://github.example', aud: 'sealift', sub: 'any' }

/** Of 2026-07-teams. */
export const jwtClaims: Readonly<Record<string, Readonly<Record<string, string>>>> = {
  'JWT login': { ...ci, repository: 'openova/app' },
  'JWT login: other repository': { ...ci, repository: 'somebody/app' },
  'JWT login: expired': { ...ci, repository: 'openova/app' },
}
