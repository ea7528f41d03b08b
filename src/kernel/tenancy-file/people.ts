import * as z from 'zod'

/** What a team may do in projects. */
const access = z.strictObject({
  // That it is one of them is a rule between fields.
  project: z
    .string()
    .describe('Slug of a project in this file, or "*": every one that this team does not name itself'),
  role: z
    .string()
    .regex(/^[a-z0-9]+(-[a-z0-9]+)*$/, 'a role: admin, member, viewer, no-access, or one of your own')
    .max(64)
    .describe(
      'admin (everything), member (reads and writes secrets), viewer (reads them), no-access; a role of your own wants a licence',
    ),
})

/** People who work together: without a licence the server knows no groups, and each is added to the projects. */
export const team = z.strictObject({
  name: z
    .string()
    .regex(/^(?!\s)[^\p{Cc}]{1,64}(?<!\s)$/u, '1 to 64 characters, without blanks around them')
    .describe('What the team is called; in messages only'),
  people: z
    .array(z.email('an e-mail address').max(254).toLowerCase())
    .describe('E-mail addresses; who is not known to the server yet is invited'),
  access: z
    .array(access)
    .default([])
    .describe('What each of them may do; of several teams’ roles the strongest counts'),
})
