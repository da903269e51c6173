/** The style of the console. Contrasts are at least 7 to 1 for text, in light and dark. */
export const pageStyle = `
:root { color-scheme: light dark;
  --ink: #1b1f24; --soft: #4a5260; --paper: #fff; --panel: #f6f7f9; --line: #d5d9e0; --edge: #6b7280; --hover: #eef3fa;
  --accent: #0b4f9e; --on-accent: #fff;
  --ok: #0c5132; --ok-bg: #dff3e8; --warn: #6a3d00; --warn-bg: #fdefd2; --bad: #8f1d14; --bad-bg: #fde3e0; --idle: #3d4653; --idle-bg: #e9ecf1; }
@media (prefers-color-scheme: dark) { :root {
  --ink: #e8eaed; --soft: #b6bec9; --paper: #14171b; --panel: #1c2026; --line: #343b45; --edge: #9aa3af; --hover: #20293a;
  --accent: #a8cbff; --on-accent: #10151c;
  --ok: #9be3bd; --ok-bg: #123526; --warn: #ffd591; --warn-bg: #3b2a0c; --bad: #ffb4ab; --bad-bg: #45191a; --idle: #c8cfd9; --idle-bg: #2a303a; } }
* { box-sizing: border-box; }
[hidden] { display: none !important; }
html { scroll-padding-top: 4rem; }
body { margin: 0; font: .9375rem/1.45 system-ui, sans-serif; color: var(--ink); background: var(--paper); font-variant-numeric: tabular-nums; }
main { max-width: 90rem; margin: 0 auto; padding: 1rem 1.25rem 4rem; }
main:focus { outline: none; }
h1 { font-size: 1.375rem; line-height: 1.25; margin: .25rem 0 .75rem; }
h2 { font-size: 1.0625rem; line-height: 1.3; margin: 1.75rem 0 .5rem; }
h3 { font-size: .9375rem; margin: 1rem 0 .25rem; }
p { margin: .5rem 0; max-width: 46rem; }
a { color: var(--accent); text-underline-offset: .15em; }
code, pre, kbd { font-family: ui-monospace, "SF Mono", Menlo, Consolas, monospace; font-size: .8438rem; }
code { overflow-wrap: anywhere; }
pre { white-space: pre-wrap; overflow-wrap: anywhere; margin: .5rem 0; padding: .625rem .75rem; background: var(--panel); border: 1px solid var(--line); border-radius: .375rem; max-height: 24rem; overflow-y: auto; }
kbd { padding: .0625rem .375rem; border: 1px solid var(--edge); border-radius: .25rem; }
small, .soft, .empty { color: var(--soft); }
small { font-size: .8438rem; }
.empty { padding: .75rem 0; }
:focus-visible { outline: 3px solid var(--accent); outline-offset: 2px; border-radius: .125rem; }
.unseen, .skip:not(:focus) { position: absolute; width: 1px; height: 1px; margin: -1px; padding: 0; overflow: hidden; clip-path: inset(50%); white-space: nowrap; }
.skip:focus { position: absolute; z-index: 3; padding: .5rem .75rem; background: var(--paper); }
.top { position: sticky; top: 0; z-index: 2; display: flex; flex-wrap: wrap; align-items: center; gap: .125rem 1rem; padding: .375rem 1.25rem; background: var(--panel); border-bottom: 1px solid var(--line); }
.top nav { display: flex; flex-wrap: wrap; gap: .125rem; margin-left: -.625rem; }
.top nav a { padding: .3125rem .625rem; border-radius: .375rem; color: var(--ink); text-decoration: none; }
.top nav a:hover { background: var(--hover); text-decoration: underline; }
.top nav a[aria-current] { font-weight: 650; color: var(--accent); background: var(--paper); box-shadow: inset 0 0 0 1px var(--line); }
.top form { display: flex; align-items: center; gap: .625rem; margin-left: auto; }
.who { color: var(--soft); }
button, .button { font: inherit; font-weight: 600; padding: .3125rem .875rem; border: 1px solid var(--accent); border-radius: .375rem; color: var(--on-accent); background: var(--accent); cursor: pointer; text-decoration: none; display: inline-block; }
button:hover, .button:hover { filter: brightness(1.08); }
button.quiet, .button.quiet { color: var(--accent); background: transparent; border-color: var(--edge); font-weight: 500; }
button.danger { color: var(--bad); background: transparent; border-color: currentColor; }
button:disabled { opacity: .6; cursor: default; }
input, select, textarea { font: inherit; color: inherit; background: var(--paper); border: 1px solid var(--edge); border-radius: .375rem; padding: .3125rem .5rem; max-width: 100%; }
input[type=search] { min-width: min(24rem, 100%); }
label { font-weight: 600; }
label.check { font-weight: 400; display: inline-flex; gap: .375rem; align-items: center; }
.filters { display: flex; flex-wrap: wrap; gap: .5rem .75rem; align-items: end; margin: .5rem 0 1rem; }
.filters label { display: grid; gap: .125rem; font-size: .8438rem; color: var(--soft); font-weight: 500; }
.filters input, .filters select { color: var(--ink); font-size: .9375rem; }
.filters details { flex: 1 1 100%; margin: 0; } .filters details > div { display: flex; flex-wrap: wrap; gap: .5rem .75rem; align-items: end; padding-top: .375rem; }
.actions { display: flex; flex-wrap: wrap; gap: .5rem; align-items: center; margin: .75rem 0; }
.bar { display: flex; flex-wrap: wrap; gap: .5rem 1rem; align-items: center; justify-content: space-between; }
.notice, .verdict { padding: .5rem .75rem; border-radius: .375rem; border-left: .25rem solid var(--accent); background: var(--hover); }
.verdict { font-size: 1.0625rem; max-width: none; margin: 0 0 1rem; }
.verdict.ok { border-color: var(--ok); background: var(--ok-bg); } .verdict.warn { border-color: var(--warn); background: var(--warn-bg); } .verdict.bad { border-color: var(--bad); background: var(--bad-bg); }
.fault { color: var(--bad); font-weight: 600; }
.chip { display: inline-block; justify-self: start; padding: 0 .4375rem; border-radius: .75rem; font-size: .8125rem; line-height: 1.375rem; font-weight: 550; white-space: nowrap; color: var(--idle); background: var(--idle-bg); }
.chip.ok { color: var(--ok); background: var(--ok-bg); } .chip.warn { color: var(--warn); background: var(--warn-bg); } .chip.bad { color: var(--bad); background: var(--bad-bg); }
table { width: 100%; border-collapse: collapse; margin: .5rem 0 1rem; }
caption { text-align: left; color: var(--soft); font-size: .8438rem; padding-bottom: .25rem; }
th, td { padding: .3125rem .625rem; text-align: left; vertical-align: top; border-bottom: 1px solid var(--line); }
thead th { font-size: .8125rem; font-weight: 600; color: var(--soft); border-bottom-color: var(--edge); white-space: nowrap; }
tbody th { font-weight: 600; }
th:first-child, td:first-child { padding-left: .25rem; }
.number { text-align: right; }
.wide, dd { overflow-wrap: anywhere; }
tbody tr:hover { background: var(--panel); }
tbody tr:focus-within { background: var(--hover); box-shadow: inset .1875rem 0 0 var(--accent); }
tr.fresh { animation: fresh 2s ease-out; }
@keyframes fresh { from { background: var(--ok-bg); } }
time { white-space: nowrap; }
.facts { display: grid; grid-template-columns: max-content 1fr; gap: .25rem 1rem; margin: .5rem 0; }
.facts dt, .keys dt { color: var(--soft); } .facts dd, .keys dd { margin: 0; min-width: 0; }
.keys { display: grid; grid-template-columns: max-content 1fr; gap: .375rem 1rem; }
.cards { display: flex; flex-wrap: wrap; gap: .75rem; margin: .5rem 0 1rem; padding: 0; list-style: none; }
.cards > * { flex: 1 1 min(24rem, 100%); }
.card { padding: .625rem .875rem .75rem; border: 1px solid var(--line); border-radius: .5rem; background: var(--panel); min-width: 0; }
.card h2, .card h3 { margin: 0 0 .375rem; display: flex; gap: .5rem; justify-content: space-between; align-items: baseline; }
.line { display: flex; justify-content: space-between; gap: .75rem; padding: .0625rem 0; }
.card h2 a { font-size: .875rem; font-weight: 500; }
.figure { font-size: 1.5rem; font-weight: 650; line-height: 1.2; }
.spark { display: block; width: 100%; height: 3.5rem; margin-top: .375rem; } .spark rect { fill: var(--accent); } .spark line { stroke: var(--line); }
.reports { display: flex; flex-wrap: wrap; gap: .25rem .375rem; margin: 0 0 .75rem; }
.reports a { padding: .125rem .625rem; border: 1px solid var(--line); border-radius: .75rem; color: var(--ink); text-decoration: none; font-size: .875rem; }
.reports a:hover { background: var(--hover); text-decoration: underline; }
.reports a[aria-current] { font-weight: 650; color: var(--accent); border-color: currentColor; }
.report { margin-bottom: 1rem; } .report > .bar { border-bottom: 1px solid var(--line); } .report > .bar h2 { margin-bottom: .25rem; } .report > .bar p { margin: 0; }
.report table { font-size: .875rem; } .report thead th { white-space: normal; vertical-align: bottom; } .report th, .report td { padding: .1875rem .4375rem; }
.scroll { overflow-x: auto; }
.beside { display: grid; grid-template-columns: minmax(0, 2fr) minmax(0, 3fr); gap: 0 1.5rem; align-items: start; } .beside > div { min-width: 0; padding-top: .5rem; } .beside > :first-child { position: sticky; top: 3.5rem; }
tfoot th, tfoot td { font-weight: 650; border-top: 1px solid var(--edge); border-bottom: 0; }
.plot { display: block; overflow: visible; } .plot line { stroke: var(--line); } .plot text { fill: var(--soft); font-size: .6875rem; } .plot .target { stroke: var(--ink); stroke-dasharray: 6 4; }
.fill-ok { fill: var(--ok); } .fill-warn { fill: var(--warn); } .fill-bad { fill: var(--bad); } .fill-idle { fill: var(--edge); } .fill-accent { fill: var(--accent); }
.heat-0 { fill: var(--panel); stroke: var(--line); } .heat-1, .heat-2, .heat-3, .heat-4, .heat-5 { fill: var(--accent); } .heat-1 { fill-opacity: .2; } .heat-2 { fill-opacity: .4; } .heat-3 { fill-opacity: .6; } .heat-4 { fill-opacity: .8; }
.legend { display: flex; flex-wrap: wrap; gap: .125rem 1rem; margin: .25rem 0 .5rem; padding: 0; list-style: none; font-size: .8125rem; color: var(--soft); } .swatch { width: 12px; height: 12px; vertical-align: -.0625rem; }
details { margin: .5rem 0; } summary { cursor: pointer; color: var(--accent); }
dialog { color: inherit; background: var(--paper); border: 1px solid var(--edge); border-radius: .5rem; padding: 1rem 1.25rem; max-width: min(28rem, 92vw); }
dialog::backdrop { background: rgb(0 0 0 / .45); } dialog h2 { margin-top: 0; }
ins, del { text-decoration: none; padding: 0 .1875rem; border-radius: .1875rem; } ins { color: var(--ok); background: var(--ok-bg); } del { color: var(--bad); background: var(--bad-bg); text-decoration: line-through; }
.pager { display: flex; flex-wrap: wrap; gap: .25rem 1rem; margin: 1rem 0; } .pager a[aria-current] { font-weight: 650; color: var(--ink); text-decoration: none; }
.secret { font-size: 1rem; user-select: all; }
.plain main { max-width: 26rem; padding-top: 12vh; }
.plain label { display: block; margin: .75rem 0 .25rem; } .plain input { width: 100%; padding: .5rem .625rem; } .plain button { margin-top: .875rem; padding: .4375rem 1.125rem; }
.report .main, .report .wide { overflow-wrap: anywhere; }
@media (min-width: 44.01rem) { .report .number { width: 1%; } .report .main, .report .wide { min-width: min(6rem, 7.6vw); } }
@media (max-width: 74rem) { .beside { grid-template-columns: minmax(0, 1fr); } .beside > :first-child { position: static; } }
@media (max-width: 44rem) {
  main { padding: .75rem .875rem 3rem; }
  .top { position: static; padding: .375rem .875rem; } .top form { margin-left: 0; width: 100%; }
  .filters > * { flex: 1 1 100%; } .filters input, .filters select { width: 100%; }
  table.rows, .rows tbody, .rows tfoot { display: block; } .rows caption { display: block; }
  .rows thead { position: absolute; width: 1px; height: 1px; overflow: hidden; clip-path: inset(50%); }
  .rows tr { display: block; padding: .5rem .625rem; margin-bottom: .5rem; border: 1px solid var(--line); border-radius: .5rem; background: var(--panel); }
  .rows td, .rows th[scope=row] { display: grid; grid-template-columns: 7.5rem minmax(0, 1fr); gap: .5rem; padding: .125rem 0; border: 0; text-align: left; overflow-wrap: anywhere; }
  .rows td::before, .rows th[scope=row]::before { content: attr(data-name); color: var(--soft); font-weight: 400; font-size: .8438rem; }
  .rows td > * { justify-self: start; }
  .rows td:empty { display: none; }
  .chip { white-space: normal; overflow-wrap: anywhere; justify-self: start; }
  .facts { grid-template-columns: 1fr; gap: 0; } .facts dd { margin-bottom: .5rem; }
}
@media (prefers-reduced-motion: reduce) { *, *::before, *::after { animation: none !important; transition: none !important; scroll-behavior: auto !important; } }
@media print { .top, button { display: none; } }
`;
