/** What rooms and verbs need of the world, as interfaces that adapters fulfil; and the names of what is in it. */
export type { Account, Organization } from './account.ts'
export { asStep, type Watch } from './as-step.ts'
export type { AuditEvent, AuditFeatures, AuditPage, AuditServer, LastLogin } from './audit.ts'
export type { Carrying, Placed, Placing } from './carrying.ts'
export type { Clock, Random } from './clock.ts'
export {
  type Cluster,
  type ContainerPeak,
  type ContainerUsage,
  type Forward,
  isTerminating,
  type Kind,
  type KubernetesObject,
  type LogRun,
} from './cluster.ts'
export type { ClusterFacts } from './cluster-facts.ts'
export type { Access, ClusterLooks, HostNames, KubeletPage, Presented } from './cluster-looks.ts'
export type {
  BlobSink,
  BundleSink,
  BundleSource,
  FileIdentity,
  FileKind,
  FileStream,
  Files,
  FolderEntry,
  Place,
  Volume,
} from './files.ts'
export type { FolderReading, ReadFolder, ReadImport, ReadScope, ReadSecret } from './folder-reading.ts'
export type { Helm, Release, ReleaseStatus, Revision, Target, Values } from './helm.ts'
export type {
  ConnectedHost,
  Haste,
  HelmFrom,
  Returned,
  RunRecord,
  SiteHost,
  Talk,
  TemporaryHelm,
} from './host.ts'
export type { ImagesFolder, Linkable } from './images-folder.ts'
export type {
  Bootstrapped,
  ClientCredentials,
  Identity,
  IdentityTrial,
  Infisical,
  InfisicalSession,
  Project,
} from './infisical.ts'
export type { IssuerAnswer, Issuers } from './issuers.ts'
export { kinds } from './kinds.ts'
export type { KubernetesAuth, KubernetesAuthServer } from './kubernetes-auth.ts'
export type { JwtLogin, Login, LoginServer, OidcLogin } from './logins.ts'
export type { NodeRuntime, SiteNodes } from './nodes.ts'
export type { Permission } from './permission.ts'
export type { PodPlace, PodPrograms, ProgramEnd, ProgramStreams, Serving } from './pod-programs.ts'
export type { BlobOptions, Content, Registry, ServedManifest, Web } from './registry.ts'
export type { Pushed, PushTarget, RegistryPush } from './registry-push.ts'
export type { Progress, Reporter, StepReport } from './reporter.ts'
export type { RotationServer, SecretAge } from './rotation.ts'
export type { Runtime, RuntimeImage } from './runtime.ts'
export { Secret } from './secret.ts'
export type { NamedSecret, SecretBatches, StoreReading, StoreScope } from './secret-batches.ts'
export type { SecretPlace } from './secret-place.ts'
export type {
  Cache,
  CacheLogin,
  CacheSession,
  Database,
  DatabaseLogin,
  DatabaseSession,
  Endpoint,
} from './services.ts'
export type { PlacedName, ServerGrant, ServerImport, Sharing } from './sharing.ts'
export type { Sops, SopsFormat } from './sops.ts'
export type {
  Invitation,
  Licence,
  MachineServer,
  NewProject,
  ProjectChange,
  ServerEnvironment,
  ServerFolder,
  ServerIdentity,
  ServerMachine,
  ServerMember,
  ServerPerson,
  ServerPrivilege,
  ServerProject,
  TenancyServer,
} from './tenancy.ts'
export type { TenancyLooks } from './tenancy-looks.ts'
