/** A preflight as people and machines want it: text, JUnit's XML, a page for the change ticket. Texts in it may be hostile. */
export { preflightJunit } from './junit.ts'
export { preflightPage } from './page.ts'
export { preflightText } from './text.ts'
