/**
 * The user's own sops, as a program that is run: gives the Sops port. What it decrypts comes through a pipe and stays in
 * memory; its own words are told only where nothing can have been decrypted yet. It runs in the user's environment, which
 * names their keys.
 */
export { createSops } from './sops.ts'
