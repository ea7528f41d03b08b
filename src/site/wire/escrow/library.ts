/** age's library, read where it is wanted: 190 kB of code that no other verb that wires a site needs. */
export const ageLibrary = () => import('age-encryption')
