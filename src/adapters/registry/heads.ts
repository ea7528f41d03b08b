import { SealiftError, systemCode } from '../../kernel/errors/index.ts'
import {
  type Digest,
  isDigest,
  isIndexType,
  isManifestType,
  printReference,
  type Reference,
} from '../../kernel/oci/index.ts'
import { header, readRefusal } from './answer.ts'
import type { Answer, Asking } from './asking.ts'
import type { Authorize } from './authorize.ts'
import type { Place } from './download.ts'
import { Passing, statusFailure } from './failures.ts'
import { manifestTypes } from './manifests.ts'
import { firstOf, type RetryContext, retry } from './retry.ts'

/** What a place says by HEAD: a digest, that there is no such manifest, or nothing that means anything. */
export interface HeadAnswer {
  readonly said: Digest | 'absent' | undefined
  readonly place: Place
}

// A tag that is not there, or, as some registries put it, that one may not see.
const absent = new Set([401, 403, 404])
// Asked for again, as with GET. Any other failure may be of HEAD alone: GET tells.
const passing = new Set([408, 429, 503])

/** Asks by HEAD, and remembers which places answer that. */
export interface Heads {
  /**
   * HEAD /v2/NAME/manifests/REFERENCE (distribution-spec v1.1, "Checking if content exists in the registry"), from the
   * first place that has it. `absent` where none has; nothing as soon as one answers something else.
   */
  ask(places: readonly Place[], reference: Reference, signal?: AbortSignal): Promise<HeadAnswer>
  /**
   * Whether a place answers HEAD at all: only there does a 404 mean that there is no such tag. Where it has not been
   * seen to, it is asked for a manifest that it has.
   */
  answeredAt(place: Place, reference: Reference, known: Digest, signal?: AbortSignal): Promise<boolean>
}

/** Nothing is sent yet. */
export function createHeads(authorize: Authorize, context: RetryContext): Heads {
  const answering = new Map<string, Promise<boolean>>()
  const nameOf = ({ url, access }: Place) => `${url.origin} ${access.repository}`

  const askOne = async (place: Place, reference: Reference, signal?: AbortSignal) => {
    const { url, access } = place
    const subject = printReference(reference)
    const asking: Asking = { subject, url, headers: { accept: manifestTypes }, headOnly: true, signal }
    const attempt = async () => {
      const answer = await authorize(asking, access).catch(unlessBroken)
      return answer && read(answer, asking, reference, context)
    }
    const said = await retry(context, attempt, signal).catch((error: unknown) => {
      // A token server that refuses.
      if (error instanceof SealiftError && error.code === 'REGISTRY_DENIED') return 'absent' as const
      throw error
    })
    if (isDigest(said)) answering.set(nameOf(place), Promise.resolve(true))
    return said
  }

  return {
    async ask(places, reference, signal) {
      let none: HeadAnswer | undefined
      const one = async (place: Place): Promise<HeadAnswer> => {
        const said = await askOne(place, reference, signal)
        if (said !== 'absent') return { said, place }
        none = { said, place }
        throw new SealiftError('IMAGE_NOT_FOUND', `${printReference(reference)} is not there`)
      }
      return firstOf(places, one).catch((error: unknown) => {
        if (none !== undefined && error instanceof SealiftError && error.code === 'IMAGE_NOT_FOUND')
          return none
        throw error
      })
    },
    answeredAt(place, { registry, repository }, digest, signal) {
      const before = answering.get(nameOf(place))
      if (before !== undefined) return before
      const url = new URL(place.url)
      url.pathname = url.pathname.replace(/[^/]+$/, digest)
      const answer = askOne({ ...place, url }, { registry, repository, digest }, signal).then(isDigest)
      answering.set(nameOf(place), answer)
      // Where it failed, nothing is known.
      answer.catch(() => answering.delete(nameOf(place)))
      return answer
    },
  }
}

/** A connection that breaks, or stays silent, may do so at HEAD alone: GET tells. */
function unlessBroken(error: unknown): undefined {
  const { final, trouble } = error instanceof Passing ? error : {}
  const isBroken = final?.code === 'REGISTRY_FAILED' && trouble === 'fails'
  if (!isBroken && systemCode(final?.cause) !== 'ETIMEDOUT') throw error
}

async function read(
  answer: Answer,
  asking: Asking,
  { digest: asked }: Reference,
  { clock }: RetryContext,
): Promise<HeadAnswer['said']> {
  const { status, response } = answer
  // What it announces as its length does not come.
  response.on('error', () => {}).resume()
  if (passing.has(status)) throw statusFailure(asking.subject, await readRefusal(asking, answer, clock))
  if (absent.has(status)) return 'absent'
  if (status !== 200) return undefined
  const announced = header(answer, 'docker-content-digest')
  if (asked === undefined) return isDigest(announced) ? announced : undefined
  if (announced !== undefined) return announced === asked ? asked : undefined
  // No page for people: what has the digest is a manifest.
  const type = (header(answer, 'content-type') ?? '').split(';')[0]?.trim() ?? ''
  return isIndexType(type) || isManifestType(type) ? asked : undefined
}
