/** An answer that is not 200, in the shape that Infisical gives it (texts: the recorded contract). */
export class ApiError extends Error {
  readonly status: number
  /** The `error` field of the body. */
  readonly kind: string
  /** The `message` field of the body: a text, or a list of validation issues. */
  readonly report: string | readonly Issue[]
  /** Of a permission check: the rules that were looked at. */
  readonly details: readonly unknown[]

  constructor(
    status: number,
    kind: string,
    report: string | readonly Issue[],
    details: readonly unknown[] = [],
  ) {
    super(typeof report === 'string' ? report : report.map(issue => issue.message).join('; '))
    this.status = status
    this.kind = kind
    this.report = report
    this.details = details
  }
}

/** One validation fault, in zod's shape. */
export interface Issue {
  readonly code: string
  readonly message: string
  readonly path: readonly (string | number)[]
  readonly [more: string]: unknown
}

/** 400. */
export const badRequest = (message: string, kind = 'BadRequest') => new ApiError(400, kind, message)
/** 401. */
export const unauthorized = (message: string) => new ApiError(401, 'UnauthorizedError', message)
/** 403 of a permission check, with the rules that do not permit it. */
export const denied = (message: string, rules: readonly unknown[] = []) =>
  new ApiError(403, 'PermissionDenied', message, rules)
/** 403 of anything else. */
export const forbidden = (message: string) => new ApiError(403, 'ForbiddenError', message)
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
  const details = error.kind === 'PermissionDenied' ? { details: error.details } : {}
  const body = { reqId, statusCode: error.status, message: error.report, ...details, error: error.kind }
  return { status: error.status, body }
}
