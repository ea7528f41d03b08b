// The package's own types need those of browsers: as much of them as we use. It is CommonJS: the whole is its default.

declare const hcl2json: {
  /** The values that a file assigns; what is no plain value is a text with `${` in it. @throws Error that quotes the text */
  parse(filename: string, contents: string): Promise<unknown>
  /** The tree of an expression, with places of the text. @throws Error that quotes the text */
  getExpressionAst(filename: string, expression: string): Promise<unknown>
}
export default hcl2json
