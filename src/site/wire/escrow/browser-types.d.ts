// Types of browsers that age-encryption's declarations name, for what Sealift does not use of it.

import type { webcrypto } from 'node:crypto'

declare global {
  type CryptoKey = webcrypto.CryptoKey
  type AuthenticationExtensionsPRFValues = never
}
