/**
 * Takes named steps and a journal, runs them in order, and gives how each ended. Also says what on the
 * cluster is not ours. Never knows what a step does.
 */
export { refuseForeign } from './foreign.ts'
export { type Journal, type JournalEntry, ownLabels, siteJournal, systemNamespace } from './journal.ts'
export { type Run, runSteps, type Step, type StepOutcome } from './step.ts'
