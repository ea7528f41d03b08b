import { config } from 'zod'

// To compile a shape into a function pays for documents by the thousand; a verb reads each of its few once.
config({ jitless: true })
