/** The report as JUnit XML, for GitLab's test tab. */
import builder from "junit-report-builder";

import type { ComplianceReport, Finding } from "./assess";

/** One suite a stack, one case a rule that has something to check in it. */
export function junitReport(report: ComplianceReport): string {
  const junit = builder.newBuilder();
  for (const { name: stack } of report.stacks) {
    const suite = junit.testSuite().name(`compliance of ${stack}`);
    for (const rule of report.rules) {
      const status = rule.byStack[stack];
      if (status === "absent" || status === "unbound" || status === undefined) continue;
      const found = report.findings.filter(
        (finding) => finding.stack === stack && finding.rule === rule.id,
      );
      const testCase = suite.testCase().className(rule.concern).name(`${rule.id}: ${rule.title}`);
      const text = found.map(({ message }: Finding) => message).join("\n");
      if (status === "failed") testCase.failure(text, rule.severity);
      else if (status === "excepted") testCase.skipped();
      if (text !== "" && status !== "failed") testCase.standardOutput(`${status}: ${text}`);
    }
  }
  const exceptions = junit.testSuite().name("exceptions");
  for (const { stack, resource, rule, expires, expired } of report.exceptions) {
    const testCase = exceptions.testCase().name(`${stack} ${resource} ${rule}`);
    if (expired) testCase.failure(`expired on ${expires}`);
  }
  return junit.build();
}
