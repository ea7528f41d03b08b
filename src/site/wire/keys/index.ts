/** The keys that everything in the database depends on, and the environment of Infisical’s pod. Never overwrites a key, never prints one. */
export { areStored, type Environment, type Kept, storeKeys } from './environment.ts'
export { fingerprintOf } from './fingerprint.ts'
export { type ServerMemory, serverMemory } from './heap.ts'
export {
  keysFor,
  makeKeys,
  refusePlantedKeys,
  type StoredKeys,
  storedKeys,
} from './keys.ts'
export { isServerPod, lastEnd } from './last-end.ts'
export type { Keys } from './pair.ts'
export { putKeysBack } from './put-back.ts'
export {
  type EscrowRecord,
  fileMark,
  type KeysRecord,
  noteEscrow,
  noteKeys,
  readKeysRecord,
} from './record.ts'
export { noteConnection, replaceInEnvironment } from './replace.ts'
export { heapIn, judgeServerRoom, leastHeap, type ServerSetting, savesMemory } from './server-room.ts'
export { liveSetting, lockedSetting } from './server-setting.ts'
