/**
 * Infisical's pods, ended and started again by their Deployment's scale: nothing that helm or Sealift have set on it changes
 * hands, and no other pod is looked at. Takes a cluster; gives a server without pods, or one that is up.
 */
export { pauseInfisical, podsNoted, resumeInfisical } from './pause.ts'
export { isStopped, podsWanted, serverPods, stopInfisical } from './stop.ts'
