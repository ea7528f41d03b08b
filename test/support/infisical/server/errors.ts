/** An answer that is not 200, in the shape that Infisical gives it (texts: the recorded contract). */
export class ApiError extends Error {
  readonly status: number
  /** The `error` field of the body. */
  readonly kind: string
  /** The `message` field of the body: a text, or a list of validation issues. */
  readonly report: string | readonly Issue[]

  constructor(status: number, kind: string, report: string | readonly Issue[]) {
    super(typeof report === 'string' ? report : report.map(issue => issue.message).join('; '))
    this.status = status
    this.kind = kind
    this.report = report
  }
}

/** One validation fault, in zod's shape. */
export interface Issue {
  readonly code: string
  readonly message: string
  readonly path: readonly string[]
  readonly [more: string]: unknown
}

/** 400. */
export const badRequest = (message: string, kind = 'BadRequest') => new ApiError(400, kind, message)
/** 401. */
export const unauthorized = (message: string) => new ApiError(401, 'UnauthorizedError', message)
/** 403 of a permission check. */
export const denied = (message: string) => new ApiError(403, 'PermissionDenied', message)
/** 404. */
export const notFound = (message: string, kind = 'NotFound') => new ApiError(404, kind, message)
/** 422 with all issues. */
export const invalid = (issues: readonly Issue[]) => new ApiError(422, 'ValidationFailure', issues)

/** The JSON body of a failed request; anything unexpected is Infisical's 500 "Something went wrong". */
export function errorBody(error: unknown, reqId: string): { status: number; body: Record<string, unknown> } {
  if (!(error instanceof ApiError)) {
    const text = { message: 'Something went wrong', error: 'InternalServerError' }
    return { status: 500, body: { reqId, statusCode: 500, ...text } }
  }
  const details = error.kind === 'PermissionDenied' ? { details: [] } : {}
  const body = { reqId, statusCode: error.status, message: error.report, ...details, error: error.kind }
  return { status: error.status, body }
}
