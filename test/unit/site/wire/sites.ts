/** The smallest site file that is accepted. */
export const smallSite = `
apiVersion: sealift.dev/v1
kind: Site
metadata: { name: bank-prod }
organization: openova
admin: { email: admin@site.local }
database:
  host: postgres-cluster-rw.databases.svc
  admin: { namespace: databases, name: postgres-superuser }
dragonfly:
  host: dragonfly.databases.svc
`

/** A site file with every field. */
export const fullSite = `
apiVersion: sealift.dev/v1
kind: Site
metadata: { name: bank-prod }
cluster: { kubeconfig: /etc/rancher/k3s/k3s.yaml, context: default }
containerd: { ctr: [k3s, ctr], address: /run/k3s/containerd/containerd.sock }
url: https://infisical.bank.local
organization: openova
admin: { email: admin@site.local }
database:
  host: postgres-cluster-rw.databases.svc
  port: 5432
  name: infisical
  user: infisical
  tls: verify-full
  ca: { namespace: databases, name: postgres-ca, key: ca.crt }
  uri: { namespace: infisical, name: infisical-database, key: uri }
dragonfly:
  host: dragonfly.databases.svc
  port: 6379
  database: 3
  tls: true
  password: { namespace: databases, name: dragonfly-auth, key: password }
ingress: { host: infisical.bank.local, className: traefik, tlsSecret: infisical-tls }
memory: { heapMiB: 700, saving: false }
`
