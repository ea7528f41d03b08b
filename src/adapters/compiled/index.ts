/** The files of Sealift itself, and what V8 made of them: what runs before all else, and so is behind no port. */
export { filesIn } from './folder.ts'
export { keepCode, readCode } from './kept-code.ts'
export { type Pieces, packed, unpacked } from './pieces.ts'
export { type Compiled, type Ran, runCompiled } from './run.ts'
