/** The report for a terminal. */
import Table from "cli-table3";

import { type ComplianceReport, statuses } from "./assess";
import { statusWords } from "./words";

/** Counts by standard and stack, then every finding and exception in full. */
export function terminalReport(report: ComplianceReport): string {
  const counts = new Table({
    head: ["standard", "stack", ...statuses.map((status) => statusWords[status])],
    style: { head: [], border: [] },
  });
  for (const { name, controls } of report.standards) {
    for (const stack of report.stacks) {
      counts.push([
        name,
        stack.name,
        ...statuses.map(
          (status) => controls.filter(({ byStack }) => byStack[stack.name] === status).length || "",
        ),
      ]);
    }
  }
  const findings = report.findings.map(
    ({ stack, status, rule, message }) => `${stack} ${statusWords[status]} ${rule}: ${message}`,
  );
  const exceptions = report.exceptions.map(
    ({ stack, resource, rule, expires, expired, reason }) =>
      `exception ${expired ? "EXPIRED" : "until"} ${expires}: ${stack} ${resource} ${rule}: ${reason}`,
  );
  return [counts.toString(), ...findings, ...exceptions, ""].join("\n");
}
