import * as z from 'zod'
import { inProject, secretPaths } from './fields.ts'
import { login } from './logins.ts'

/** What an identity may do in one project. */
const access = z.strictObject({
  ...inProject,
  read: z
    .array(secretPaths)
    .default([])
    .describe('Folders whose secrets it may read: /ci alone, or /ci/** with all below'),
  write: z
    .array(secretPaths)
    .default([])
    .describe('Folders whose secrets it may read, make, change and delete'),
})

/** A machine's account: it has no role anywhere, and one privilege in each project that says which folders. */
export const identity = z.strictObject({
  name: z
    .string()
    .regex(/^(?!\s)[^\p{Cc}]{1,64}(?<!\s)$/u, '1 to 64 characters, without blanks around them')
    .describe("The identity's name; the server may have several of one name, and then none is touched"),
  access: z
    .array(access)
    .default([])
    .describe('What it may do; a project may occur several times, such as for other environments'),
  login: login
    .optional()
    .describe('How it logs in without a credential that lasts; when left out, its logins are left alone'),
})
