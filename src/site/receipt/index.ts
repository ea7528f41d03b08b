/**
 * Takes what a site holds of its install, gives the receipt that an auditor is handed: a document without secrets.
 * Never changes anything, and never says how a page of it looks.
 */
export { type ImageState, type ReceiptRelease, type SiteReceipt, siteReceipt } from './document.ts'
export { gatherReceipt } from './gather.ts'
export type { ReceiptUpgrade } from './upgrade.ts'
