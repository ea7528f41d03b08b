/**
 * The names of the browser's own types that playwright-core's types use. The whole of TypeScript's `dom` would let every
 * file of Sealift believe that it runs in one.
 */
interface Node {
  readonly nodeType: number
}
interface HTMLElement extends Node {
  readonly hidden: unknown
}
interface SVGElement extends Node {
  readonly viewportElement: unknown
}
type HTMLElementTagNameMap = Readonly<Record<string, HTMLElement>>
