import { setFlagsFromString } from 'node:v8'

/**
 * Before gigabytes come from sockets: their buffers die at once. A young generation that stays small frees them soon; one
 * that grows keeps hundreds of megabytes of them, until V8 marks the whole heap to be rid of them, again and again. Verbs
 * that stream nothing start faster without.
 */
export function expectYoungBuffers(): void {
  setFlagsFromString('--semi-space-growth-factor=1')
}
