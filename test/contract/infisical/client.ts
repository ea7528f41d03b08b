/** A person who has set up the server: enough of the API for the behaviour tests. */
export interface Admin {
  readonly call: (method: string, path: string, body?: unknown) => Promise<Answer>
  readonly organizationId: string
  readonly token: string
}

/** Status and JSON body of an answer. */
export interface Answer {
  readonly status: number
  // biome-ignore lint/suspicious/noExplicitAny: answers are of many shapes, and every test asserts on them
  readonly body: any
}

/** One request with JSON both ways. */
export async function request(
  url: string,
  method: string,
  path: string,
  body?: unknown,
  token = '',
): Promise<Answer> {
  const headers = {
    ...(token ? { authorization: `Bearer ${token}` } : {}),
    'content-type': 'application/json',
  }
  const content = body === undefined ? {} : { body: JSON.stringify(body) }
  const response = await fetch(url + path, { method, headers, ...content })
  return { status: response.status, body: await response.json() }
}

const account = { email: 'admin@site.test', password: 'a-long-password' }

/** Logs in as the admin of an instance that {@link bootstrap} set up. */
export async function login(url: string, organizationId: string): Promise<Admin> {
  const first = await request(url, 'POST', '/api/v3/auth/login', account)
  const choice = { organizationId }
  const chosen = await request(
    url,
    'POST',
    '/api/v3/auth/select-organization',
    choice,
    first.body.accessToken,
  )
  const { token } = chosen.body
  return { organizationId, token, call: (method, path, body) => request(url, method, path, body, token) }
}

/** Sets the instance up and logs in. */
export async function bootstrap(url: string): Promise<Admin> {
  const { body } = await request(url, 'POST', '/api/v1/admin/bootstrap', { ...account, organization: 'site' })
  return login(url, body.organization.id)
}

/** A project `team-one` with its default environments; its id. */
export async function addProject({ call }: Admin): Promise<string> {
  const { body } = await call('POST', '/api/v1/projects', { projectName: 'team-one', slug: 'team-one' })
  return body.project.id
}

/** A machine identity with universal auth that is in the project as `role`, and its credentials. */
export async function addIdentity({ call, organizationId }: Admin, projectId: string, role: string) {
  const { body } = await call('POST', '/api/v1/identities', {
    name: 'machine',
    organizationId,
    role: 'no-access',
  })
  const identityId = body.identity.id as string
  const auth = `/api/v1/auth/universal-auth/identities/${identityId}`
  const { body: attached } = await call('POST', auth, {})
  const { body: made } = await call('POST', `${auth}/client-secrets`, { description: '' })
  await call('POST', `/api/v2/workspace/${projectId}/identity-memberships/${identityId}`, { role })
  const { clientId } = attached.identityUniversalAuth
  return { identityId, clientId: clientId as string, clientSecret: made.clientSecret as string }
}
