/** Style sheet of the report; light and dark by the reader's system. */
export const style = `
:root {
  color-scheme: light dark;
  --ground: #fbfbfa; --panel: #ffffff; --ink: #1d2125; --quiet: #5b646d; --line: #dfe2e5;
  --link: #1a56a8;
  --good: #1c6b3a; --good-ground: #e2f3e8; --bad: #a11c22; --bad-ground: #fbe4e4;
  --warn: #7a4d00; --warn-ground: #fdf0d5; --note: #3d4d5c; --note-ground: #e9edf1;
}
@media (prefers-color-scheme: dark) {
  :root {
    --ground: #15181b; --panel: #1d2125; --ink: #e6e8ea; --quiet: #a3acb5; --line: #343a40;
    --link: #8ab8f5;
    --good: #8fdcab; --good-ground: #173524; --bad: #ffa6a6; --bad-ground: #43191b;
    --warn: #f3cd82; --warn-ground: #3d2f12; --note: #c0cad4; --note-ground: #2a3037;
  }
}
* { box-sizing: border-box; }
body { margin: 0; background: var(--ground); color: var(--ink);
  font: 15px/1.5 system-ui, -apple-system, "Segoe UI", Roboto, "DejaVu Sans", sans-serif; }
header, main { max-width: 78rem; margin: 0 auto; padding: 0 1.5rem; }
header { padding-top: 2rem; }
h1 { margin: 0; font-size: 1.7rem; }
h2 { margin: 2.2rem 0 .6rem; font-size: 1.2rem; }
h3 { margin: 0; font-size: 1.05rem; }
p { margin: .2rem 0 .6rem; color: var(--quiet); }
a { color: var(--link); }
code { font: .88em ui-monospace, "SF Mono", Menlo, "DejaVu Sans Mono", monospace; }
small { color: var(--quiet); }
.cards { display: grid; grid-template-columns: repeat(auto-fit, minmax(14rem, 1fr)); gap: 1rem; }
.card { background: var(--panel); border: 1px solid var(--line); border-radius: 8px; padding: 1rem; }
.card ul { list-style: none; margin: 0; padding: 0; }
.card li { display: flex; justify-content: space-between; padding: .15rem 0; }
.wide { overflow-x: auto; border: 1px solid var(--line); border-radius: 8px; background: var(--panel); }
table { border-collapse: collapse; width: 100%; }
th, td { padding: .45rem .7rem; text-align: left; vertical-align: top; border-top: 1px solid var(--line); }
thead th { border-top: 0; color: var(--quiet); font-weight: 600; white-space: nowrap; }
tbody th { font-weight: 600; white-space: nowrap; }
tr:target { background: var(--warn-ground); }
.chip { display: inline-block; padding: 0 .5rem; border-radius: 999px; font-size: .85em;
  white-space: nowrap; background: var(--note-ground); color: var(--note); }
.chip.passed, .chip.aws { background: var(--good-ground); color: var(--good); }
.chip.failed { background: var(--bad-ground); color: var(--bad); font-weight: 600; }
.chip.advised, .chip.gap, .chip.excepted, .chip.undecided { background: var(--warn-ground); color: var(--warn); }
details { margin-top: 1rem; }
summary { cursor: pointer; color: var(--link); }
dl { margin: .6rem 0 0; }
dl div { display: flex; gap: .8rem; padding: .15rem 0; }
dt { min-width: 9rem; }
dd { margin: 0; }
`;
