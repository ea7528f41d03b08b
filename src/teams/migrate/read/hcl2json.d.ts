// The package's own types need those of browsers: as much of them as we use.

/** The values that a file assigns; what is no plain value is a text with `${` in it. @throws Error that quotes the text */
export function parse(filename: string, contents: string): Promise<unknown>
/** The tree of an expression, with places of the text. @throws Error that quotes the text */
export function getExpressionAst(filename: string, expression: string): Promise<unknown>
