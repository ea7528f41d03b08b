/**
 * Pages for people who were not at the keyboard: one HTML file each, without script, from texts that may be hostile.
 * Pure: takes what is to be told, gives the text of the file.
 */
export { html, type Markup, type Value } from './html.ts'
export { type Page, page } from './page.ts'
export { type Column, facts, mono, type Records, records, section, verdict } from './parts.ts'
