#!/usr/bin/env node
import { setFlagsFromString } from 'node:v8'
import { execute } from '@oclif/core'

// Bytes from sockets come in buffers that die at once. A young generation that stays small frees them soon; one that
// grows keeps hundreds of megabytes of them, until V8 marks the whole heap to be rid of them, again and again.
setFlagsFromString('--semi-space-growth-factor=1')

await execute({ dir: import.meta.url })
