/** ports/images-folder.ts over K3s's `agent/images`: every path and name that is K3s's own. */
export { imagesFolder, usualDataDir } from './folder.ts'
