/** The report as one page that needs nothing else: no script, no font, no network. */
import type { ComplianceReport, ControlReport, Status } from "./assess";
import { statuses } from "./assess";
import { style } from "./style";
import { statusMeanings, statusWords } from "./words";

/** The page. */
export function htmlReport(report: ComplianceReport): string {
  const stacks = report.stacks.map(({ name }) => name);
  return `<!doctype html>
<html lang="en">
<head>
<meta charset="utf-8">
<meta name="viewport" content="width=device-width, initial-scale=1">
<meta name="color-scheme" content="light dark">
<title>DTEM compliance report</title>
<style>${style}</style>
</head>
<body>
<header>
<h1>DTEM compliance report</h1>
<p>${escape(report.generated.slice(0, 10))} · ${report.rules.length} rules · ${escape(report.source)}</p>
</header>
<main>
${summary(report)}
${legend()}
${report.findings.length === 0 ? "" : findings(report)}
${exceptions(report)}
${report.standards.map((standard) => standardSection(standard, stacks)).join("\n")}
${rules(report, stacks)}
</main>
</body>
</html>
`;
}

function summary({ stacks, standards }: ComplianceReport): string {
  const cards = stacks.map(({ name, resources }) => {
    const controls = standards.filter(({ complete }) => complete).flatMap((each) => each.controls);
    const lines = statuses
      .map((status) => ({
        status,
        count: controls.filter(({ byStack }) => byStack[name] === status).length,
      }))
      .filter(({ count }) => count > 0)
      .map(({ status, count }) => `<li>${chip(status)} <b>${count}</b></li>`);
    return `<article class="card"><h3>${escape(name)}</h3><p>${resources} resources</p><ul>${lines.join("")}</ul></article>`;
  });
  return `<section><h2>CIS EKS and Pod Security, by stack</h2><div class="cards">${cards.join("")}</div></section>`;
}

function legend(): string {
  const items = statuses.map(
    (status) => `<div><dt>${chip(status)}</dt><dd>${escape(statusMeanings[status])}</dd></div>`,
  );
  return `<details><summary>What the words mean</summary><dl>${items.join("")}</dl></details>`;
}

function findings({ findings: found }: ComplianceReport): string {
  const rows = found.map(
    ({ stack, status, rule, message }) =>
      `<tr><td>${escape(stack)}</td><td>${chip(status)}</td><td><a href="#${rule}"><code>${rule}</code></a></td><td>${escape(message)}</td></tr>`,
  );
  return `<section><h2>Findings</h2>${table(["Stack", "Status", "Rule", "What, and what to do"], rows)}</section>`;
}

function exceptions({ exceptions: listed }: ComplianceReport): string {
  if (listed.length === 0) return "<section><h2>Exceptions</h2><p>There are none.</p></section>";
  const rows = listed.map(
    ({ stack, resource, rule, reason, expires, expired, used }) =>
      `<tr><td>${escape(stack)}</td><td><code>${escape(resource)}</code></td><td><code>${escape(rule)}</code></td><td>${escape(reason)}</td><td>${escape(expires)} ${expired ? chip("failed", "expired") : used ? "" : "(not needed)"}</td></tr>`,
  );
  return `<section><h2>Exceptions</h2>${table(["Stack", "Resource", "Rule", "Reason", "Until"], rows)}</section>`;
}

function standardSection(
  { name, complete, controls }: ComplianceReport["standards"][number],
  stacks: readonly string[],
): string {
  const rows = controls.map((control) => controlRow(control, stacks));
  const scope = complete
    ? `All ${controls.length} controls.`
    : `The ${controls.length} that rules of the pack serve; others of the standard are not covered.`;
  return `<section><h2>${escape(name)}</h2><p>${scope}</p>${table(["Control", "What it asks for", ...stacks, "Checked by"], rows)}</section>`;
}

function controlRow({ id, title, byStack, rules, why }: ControlReport, stacks: readonly string[]) {
  const cells = stacks.map((stack) => `<td>${chip(byStack[stack] ?? "absent")}</td>`);
  const by = why ?? "";
  const links = rules.map((rule) => `<a href="#${rule}"><code>${rule}</code></a>`).join(" ");
  return `<tr><th scope="row">${escape(id)}</th><td>${escape(title)}</td>${cells.join("")}<td>${escape(by)}${links}</td></tr>`;
}

function rules(report: ComplianceReport, stacks: readonly string[]): string {
  const rows = report.rules.map((rule) => {
    const cells = stacks.map((stack) => {
      const checked = rule.checked[stack] ?? 0;
      return `<td>${chip(rule.byStack[stack] ?? "absent")}${checked > 0 ? ` <small>${checked}</small>` : ""}</td>`;
    });
    return `<tr id="${rule.id}"><th scope="row"><code>${rule.id}</code></th><td>${escape(rule.title)}<br><small>${escape(rule.remedy)}</small></td><td>${rule.severity}</td>${cells.join("")}<td><small>${escape(rule.controls.join(", "))}</small></td></tr>`;
  });
  return `<section><h2>Rules</h2><p>With the number of resources that each was applied to.</p>${table(["Rule", "What holds, and what to do", "Severity", ...stacks, "Controls"], rows)}</section>`;
}

function table(head: readonly string[], rows: readonly string[]): string {
  const cells = head.map((text) => `<th scope="col">${escape(text)}</th>`).join("");
  return `<div class="wide"><table><thead><tr>${cells}</tr></thead><tbody>${rows.join("\n")}</tbody></table></div>`;
}

function chip(status: Status, word = statusWords[status]): string {
  return `<span class="chip ${status}">${escape(word)}</span>`;
}

const entities: Readonly<Record<string, string>> = {
  "&": "&amp;",
  "<": "&lt;",
  ">": "&gt;",
  '"': "&quot;",
};

function escape(text: string): string {
  return text.replace(/[&<>"]/g, (character) => entities[character] ?? character);
}
