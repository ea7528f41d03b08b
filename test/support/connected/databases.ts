/** The shared services that were at the site before Sealift came: PostgreSQL, and Redis in Dragonfly's place. */
import { standInLabel } from './image.ts'
import { postgresUser } from './postgres-image.ts'
import { redisUser } from './redis-image.ts'

/** The images' names in the cluster; they are imported by hand, never pulled. */
export const databaseImages = {
  postgres: 'docker.io/sealift-sandbox/postgres:15',
  redis: 'docker.io/sealift-sandbox/redis:7',
} as const

/** The passwords to set, made by the caller when it runs. Letters and digits. */
export interface DatabasePasswords {
  readonly postgres: string
  readonly redis: string
}

const namespace = 'databases'

function secret(name: string, stringData: Readonly<Record<string, string>>): object {
  return { apiVersion: 'v1', kind: 'Secret', metadata: { name, namespace }, stringData }
}

function service(name: string, port: number): object {
  const spec = { selector: { app: name }, ports: [{ port, targetPort: port }] }
  return { apiVersion: 'v1', kind: 'Service', metadata: { name, namespace }, spec }
}

function deployment(
  name: string,
  more: Readonly<Record<string, string>>,
  user: number,
  container: object,
  volumes: readonly object[],
): object {
  const labels = { app: name, ...more }
  const securityContext = { runAsNonRoot: true, runAsUser: user, runAsGroup: user, fsGroup: user }
  const hardened = { allowPrivilegeEscalation: false, capabilities: { drop: ['ALL'] } }
  const containers = [{ imagePullPolicy: 'Never', securityContext: hardened, ...container }]
  return {
    apiVersion: 'apps/v1',
    kind: 'Deployment',
    metadata: { name, namespace, labels },
    spec: {
      replicas: 1,
      strategy: { type: 'Recreate' },
      selector: { matchLabels: { app: name } },
      template: {
        metadata: { labels },
        spec: { enableServiceLinks: false, securityContext, containers, volumes },
      },
    },
  }
}

function password(variable: string, secretName: string): object {
  return { name: variable, valueFrom: { secretKeyRef: { name: secretName, key: 'password' } } }
}

function probe(command: readonly string[]): object {
  return { exec: { command }, periodSeconds: 2, timeoutSeconds: 5, failureThreshold: 3 }
}

/**
 * The Kubernetes objects of namespace `databases`, in the order to apply them: `postgres-cluster-rw` (5432,
 * Secret `postgres-superuser`) and `dragonfly` (6379, Secret `dragonfly-auth`). Data lives as long as the pods.
 */
export function databaseManifests(passwords: DatabasePasswords): object[] {
  const postgres = {
    name: 'postgresql',
    image: databaseImages.postgres,
    ports: [{ containerPort: 5432 }],
    env: [password('POSTGRES_PASSWORD', 'postgres-superuser')],
    resources: { requests: { cpu: '20m', memory: '64Mi' } },
    readinessProbe: probe([
      '/usr/lib/postgresql/15/bin/pg_isready',
      '-q',
      '-h',
      '127.0.0.1',
      '-U',
      'postgres',
    ]),
    volumeMounts: [
      { name: 'data', mountPath: '/var/lib/postgresql/data' },
      { name: 'shm', mountPath: '/dev/shm' },
    ],
  }
  const redis = {
    name: 'redis',
    image: databaseImages.redis,
    ports: [{ containerPort: 6379 }],
    env: [password('REDIS_PASSWORD', 'dragonfly-auth')],
    resources: { requests: { cpu: '10m', memory: '16Mi' } },
    readinessProbe: { tcpSocket: { port: 6379 }, periodSeconds: 2 },
  }
  return [
    { apiVersion: 'v1', kind: 'Namespace', metadata: { name: namespace } },
    secret('postgres-superuser', { username: 'postgres', password: passwords.postgres }),
    service('postgres-cluster-rw', 5432),
    deployment('postgres-cluster-rw', {}, postgresUser.id, postgres, [
      { name: 'data', emptyDir: {} },
      { name: 'shm', emptyDir: { medium: 'Memory', sizeLimit: '64Mi' } },
    ]),
    secret('dragonfly-auth', { password: passwords.redis }),
    service('dragonfly', 6379),
    deployment('dragonfly', { [standInLabel]: 'dragonfly' }, redisUser.id, redis, []),
  ]
}
