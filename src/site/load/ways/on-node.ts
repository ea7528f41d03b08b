import { SealiftError } from '../../../kernel/errors/index.ts'

/** Says of an error on which node it happened. @throws what the work throws, with the node's name before it */
export async function onNode<T>(name: string, work: Promise<T>): Promise<T> {
  try {
    return await work
  } catch (error) {
    if (!(error instanceof SealiftError) || error.message.includes(`node ${name}`)) throw error
    throw error.with({ prefix: `node ${name}: ` })
  }
}
