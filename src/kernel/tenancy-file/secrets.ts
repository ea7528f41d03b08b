import * as z from 'zod'

/**
 * Where a secret of an environment is, as External Secrets Operator takes it: what is before the last slash is the
 * folder, from the environment's root.
 */
export const remoteKey = z
  .string()
  .max(1255)
  .regex(
    /^((\/[A-Za-z0-9_-]{1,255})*\/)?[^/:\p{Cc}]{1,255}$/u,
    "a secret's name, or a path such as /databases/PASSWORD",
  )

/** A key of a Kubernetes Secret. */
export const secretKey = z
  .string()
  .regex(/^[-._a-zA-Z0-9]{1,253}$/, 'a key: letters, digits, dashes, dots and underscores')

/** How often something is looked at. */
export const refreshInterval = z
  .string()
  .regex(/^[1-9][0-9]{0,5}[smh]$/, 'a time such as 30s, 15m or 1h')
  .default('1h')
