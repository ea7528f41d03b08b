/** What names of databases have in them that a rehearsal fills, and drops again. */
export const rehearsalMark = '_rehearsal_'
/** The same of a restore, which gives its database another name once it is whole. */
export const restoringMark = '_restoring_'

/** Both: what is called so and not at work was left by a run that was killed. */
export const scratchMarks: readonly string[] = [rehearsalMark, restoringMark]
