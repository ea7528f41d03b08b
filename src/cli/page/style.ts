/**
 * How all pages look: text first, no decoration. Dark where the reader's system is, but never on paper; tables become
 * lists of their rows on a phone; A4 with numbered pages, on which no row is cut. Nothing is loaded from anywhere.
 */
export const style = `
:root {
  --paper: #fff; --ink: #1c1d1f; --soft: #565a60; --rule: #d9dbde; --shade: #f4f5f6;
  --good: #1b6a3d; --bad: #a32a1e; --care: #825500; --bar: #46648c; --second: #a4b6cf; --third: #d5dde8;
}
@media screen and (prefers-color-scheme: dark) {
  :root {
    color-scheme: dark;
    --paper: #17191c; --ink: #e4e5e7; --soft: #a6abb2; --rule: #3a3e44; --shade: #202327;
    --good: #7cc797; --bad: #f19a8f; --care: #e0b25c; --bar: #8fb0dc; --second: #56739b; --third: #37485f;
  }
}
* { box-sizing: border-box; }
html { background: var(--paper); -webkit-text-size-adjust: 100%; }
body {
  margin: 0 auto; padding: 3rem 1.5rem 4rem; max-width: 54rem; background: var(--paper); color: var(--ink);
  font: 0.9375rem/1.5 system-ui, "Segoe UI", "Helvetica Neue", "Liberation Sans", Arial, sans-serif;
  overflow-wrap: anywhere; font-variant-numeric: tabular-nums;
}
header { border-bottom: 2px solid var(--ink); padding-bottom: 1.25rem; margin-bottom: 2rem; }
h1 { font-size: 1.75rem; line-height: 1.2; font-weight: 600; margin: 0; letter-spacing: -0.01em; }
h2 { font-size: 1.125rem; line-height: 1.3; font-weight: 600; margin: 2.5rem 0 0.75rem; }
h3 { font-size: 0.9375rem; font-weight: 600; margin: 1.5rem 0 0.5rem; }
p { margin: 0 0 0.75rem; max-width: 42rem; }
.kind { color: var(--soft); margin: 0 0 0.25rem; }
.lead { margin: 0.75rem 0 0; font-size: 1.0625rem; }
.note, footer, caption, .unit { color: var(--soft); }
footer { border-top: 1px solid var(--rule); margin-top: 3rem; padding-top: 1rem; font-size: 0.8125rem; }
code, .mono { font-family: ui-monospace, "SF Mono", "Liberation Mono", Consolas, monospace; font-size: 0.875em; }
.good { color: var(--good); } .bad { color: var(--bad); } .care { color: var(--care); }
.good, .bad, .care { font-weight: 600; }
dl { display: grid; grid-template-columns: 9.5rem 1fr; gap: 0.25rem 1.5rem; margin: 0; }
dt { color: var(--soft); } dd { margin: 0; min-width: 0; }
table { border-collapse: collapse; width: 100%; margin: 0 0 1rem; }
caption { text-align: left; padding: 0 0 0.5rem; }
th, td { text-align: left; vertical-align: top; padding: 0.375rem 1rem 0.375rem 0; border-bottom: 1px solid var(--rule); }
th:last-child, td:last-child { padding-right: 0; }
th { font-weight: 600; } thead th { color: var(--soft); font-weight: 400; font-size: 0.8125rem; white-space: nowrap; }
tbody th { font-weight: 400; } .third tbody th { width: 36%; } .most tbody th { width: 62%; }
tr.sum th, tr.sum td { font-weight: 600; }
.right { text-align: right; white-space: nowrap; }
figure { margin: 0 0 1rem; } figcaption { color: var(--soft); margin: 0 0 0.5rem; }
svg { display: block; width: 100%; height: auto; }
svg text { fill: var(--ink); font: 12px system-ui, "Segoe UI", "Helvetica Neue", "Liberation Sans", Arial, sans-serif; }
svg .soft { fill: var(--soft); } svg .rule { stroke: var(--rule); } svg .limit { stroke: var(--ink); }
svg .bar { fill: var(--bar); } svg .second { fill: var(--second); } svg .third { fill: var(--third); } svg .over { fill: var(--bad); }
.narrow { display: none; }
@media screen and (max-width: 38rem) {
  body { padding: 1.5rem 1rem 3rem; }
  h1 { font-size: 1.4375rem; }
  dl { grid-template-columns: 1fr; gap: 0; } dd { margin-bottom: 0.625rem; }
  table, tbody, tr, td, table tbody th, caption { display: block; width: 100%; }
  thead { position: absolute; width: 1px; height: 1px; overflow: hidden; clip-path: inset(50%); }
  tr { border-bottom: 1px solid var(--rule); padding: 0.5rem 0; }
  th, td, .right { border: 0; padding: 0; text-align: left; white-space: normal; }
  td[data-label]::before { content: attr(data-label) " "; color: var(--soft); font-weight: 400; }
  td:empty { display: none; }
  .wide { display: none; } .narrow { display: block; }
}
@page { size: A4; margin: 17mm 16mm 19mm; @bottom-right { content: counter(page) " / " counter(pages); font: 8pt sans-serif; color: #565a60; } }
@media print {
  body { padding: 0; max-width: none; font-size: 9.5pt; }
  header { margin-bottom: 1.25rem; }
  h1, h2, h3, caption, thead, figcaption, section > .note { break-after: avoid; }
  tbody tr:first-child { break-before: avoid; }
  h2 { margin-top: 1.5rem; }
  tr, figure, dl > *, .whole { break-inside: avoid; }
  thead { display: table-header-group; }
  p { orphans: 3; widows: 3; }
  * { print-color-adjust: exact; }
}
`
