/**
 * Where a budget comes from: takes the charts of a bundle and a helm, gives each container's requests and limits with the
 * field of the object and the value that makes it; of two such accounts, what differs and why. Guesses nothing: which value
 * makes a figure is found by rendering with another one. Writes nothing.
 */
export { changesSince } from './changes.ts'
export { explainCharts, explainLock } from './explain.ts'
export { type Explained, explainedBudget, type FigureChange, figureChange } from './explained.ts'
