/** How fast a server is asked: never more than four requests at once, and less once it fails. Sends nothing itself. */
export { createPace, isOverload, mostAtOnce, type Pace, untilDone } from './pace.ts'
