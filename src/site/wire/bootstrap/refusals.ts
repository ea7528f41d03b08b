import { statusOf } from '../../../kernel/access/index.ts'

/** Whether Infisical understood a call and said no (4xx), so that the same call would be refused again. */
export function refused(error: unknown): boolean {
  const status = statusOf(error) ?? 0
  return status >= 400 && status < 500
}
