import type { Login, Permission, ServerFolder } from '../../kernel/ports/index.ts'

interface In {
  readonly project: string
}
interface Settings {
  readonly description?: string
  readonly deleteProtection?: boolean
}

/** A project that is not there; `defaultEnvironments`: the server's own three are all wanted, and come with it. */
interface NewProject extends In, Settings {
  readonly kind: 'project'
  readonly change: 'create'
  readonly defaultEnvironments: boolean
}
interface ChangedProject extends In, Settings {
  readonly kind: 'project'
  readonly change: 'change'
}
/** What is to be done with a project itself. */
export type ProjectAction = NewProject | ChangedProject

/** Something that takes secrets with it; how many is asked only before it is deleted. */
export interface Holding extends In {
  readonly environment: string
  readonly secrets?: number
}
/** `restores`: the id of one that was deleted and is kept, with what it had; the server makes no other of its slug. */
interface NewEnvironment extends In {
  readonly kind: 'environment'
  readonly change: 'create'
  readonly environment: string
  readonly restores?: string
}
interface OldEnvironment extends Holding {
  readonly kind: 'environment'
  readonly change: 'remove'
  readonly id: string
}
/** `brings`: folders above it that come with it. */
interface NewFolder extends In {
  readonly kind: 'folder'
  readonly change: 'create'
  readonly environment: string
  readonly path: string
  readonly brings: readonly string[]
}
interface OldFolder extends Holding {
  readonly kind: 'folder'
  readonly change: 'remove'
  readonly folder: ServerFolder
}

/** Somebody who is to be invited to the organisation. */
interface NewPerson {
  readonly kind: 'person'
  readonly change: 'create'
  readonly project?: never
  readonly email: string
}
/** Somebody who is to come into a project, and as what. */
export interface NewMember extends In {
  readonly kind: 'member'
  readonly change: 'create'
  readonly email: string
  readonly roles: readonly string[]
}
/** `from`: roles now, in words. */
interface ChangedMember extends In {
  readonly kind: 'member'
  readonly change: 'change'
  readonly email: string
  readonly id: string
  readonly roles: readonly string[]
  readonly from: string
}
interface OldMember extends In {
  readonly kind: 'member'
  readonly change: 'remove'
  readonly email: string
  readonly id: string
  readonly from: string
}

/** A machine identity that is to be made in the organisation. */
interface NewIdentity {
  readonly kind: 'identity'
  readonly change: 'create'
  readonly project?: never
  readonly identity: string
}
interface OfMachine extends In {
  readonly identity: string
}
/** An identity that is to come into a project, without a role. */
interface NewMachine extends OfMachine {
  readonly kind: 'machine'
  readonly change: 'create'
}
/** An identity that has a role in a project; `id` is its own, `from` its roles now, in words. */
interface OtherMachine extends OfMachine {
  readonly kind: 'machine'
  readonly change: 'change' | 'remove'
  readonly id: string
  readonly from: string
}
/** `may`: the rules in words. */
interface NewPrivilege extends OfMachine {
  readonly kind: 'privilege'
  readonly change: 'create'
  readonly permissions: readonly Permission[]
  readonly may: string
}
interface ChangedPrivilege extends OfMachine {
  readonly kind: 'privilege'
  readonly change: 'change'
  readonly id: string
  readonly permissions: readonly Permission[]
  readonly may: string
}
interface OldPrivilege extends OfMachine {
  readonly kind: 'privilege'
  readonly change: 'remove'
  readonly id: string
  readonly slug: string
}
/**
 * A login that an identity is to have: attached, changed from what it is, or kept; `drops` is the kind of the other one
 * that it has, which then goes.
 */
export interface LoginAction {
  readonly kind: 'login'
  readonly change: 'create' | 'change'
  readonly project?: never
  readonly identity: string
  readonly login: Login
  readonly how: 'attach' | 'change' | 'keep'
  readonly from?: Login
  readonly drops?: Login['kind']
}
/** What is to be done with an identity in a project. */
export type MachineAction = NewMachine | OtherMachine | NewPrivilege | ChangedPrivilege | OldPrivilege

/** Something that a project has and the file does not name: what a prune deletes. */
export type Removal =
  | OldEnvironment
  | OldFolder
  | OldMember
  | (OtherMachine & { readonly change: 'remove' })
  | OldPrivilege

/** One thing to do on the server, by names: of what is not there yet, ids are not known. */
export type Action =
  | ProjectAction
  | NewEnvironment
  | NewFolder
  | NewPerson
  | NewMember
  | ChangedMember
  | NewIdentity
  | LoginAction
  | MachineAction
  | Removal
