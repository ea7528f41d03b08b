/**
 * Fills a bundle file: takes a plan with offsets, a sink and a way to open blobs, and moves every blob straight
 * from its stream to its place, hashing on the way, a bounded number at once. Gives nothing back but progress;
 * throws when a blob is not what the plan says. Never commits or discards the sink: its opener does.
 */

export { type FillOptions, fillBundle } from './fill.ts'
export { fillFile } from './fill-file.ts'
export { firstStreams } from './streams.ts'
