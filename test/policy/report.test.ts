/** The compliance report: every status, and its three forms. */
import assert from "node:assert/strict";

import type { Exception } from "../../policy/exceptions";
import {
  assess,
  type ComplianceReport,
  isViolated,
  type Status,
} from "../../scripts/compliance/assess";
import { htmlReport } from "../../scripts/compliance/html";
import { junitReport } from "../../scripts/compliance/junit";
import { asResource, type PlainResource } from "../../scripts/compliance/stack-resources";
import { terminalReport } from "../../scripts/compliance/table";
import { fixtures } from "./fixtures";

const exception: Exception = {
  stack: "prod",
  resource: "kubernetes:apps/v1:Deployment::deployment",
  rule: "pod-no-host-network",
  reason: "<b>Twenty characters</b> & more of reason.",
  expires: "2026-12-31",
};

const nodeGroup = (amiType: string): PlainResource => ({
  type: "aws:eks/nodeGroup:NodeGroup",
  name: "nodes",
  urn: "urn:pulumi:prod::dtem::aws:eks/nodeGroup:NodeGroup::nodes",
  inputs: { amiType },
  protect: false,
  ignoreChanges: [],
  provider: undefined,
  dependencies: [],
});

/** The fixtures, of which the deployment's pods are changed, as the one stack. */
function reportOn(
  change: Record<string, unknown>,
  options: {
    more?: PlainResource[];
    exceptions?: Exception[];
    today?: string;
    stack?: string;
  } = {},
): ComplianceReport {
  const resources = fixtures().map((resource) => {
    if (resource.name === "deployment") {
      const spec = resource.inputs.spec as { template: { spec: object } };
      Object.assign(spec.template.spec, change);
    }
    return resource;
  });
  const stack = options.stack ?? "prod";
  const moved = [...resources, ...(options.more ?? [])].map((resource) => ({
    ...resource,
    urn: resource.urn.replace(":prod:", `:${stack}:`),
  }));
  return assess({
    stacks: new Map([[stack, moved.map(asResource)]]),
    exceptions: options.exceptions ?? [],
    today: new Date(options.today ?? "2026-11-24"),
    source: "test",
  });
}

function statusOf(report: ComplianceReport, standard: string, control: string): Status | undefined {
  const found = report.standards
    .find(({ name }) => name.includes(standard))
    ?.controls.find(({ id }) => id === control);
  assert.ok(found, `${standard} has no ${control}`);
  return Object.values(found.byStack)[0];
}

describe("compliance report", () => {
  const broken = { hostNetwork: true };

  it("tells passed from nothing to check, and names what nobody checks", () => {
    const report = reportOn({});
    assert.equal(statusOf(report, "CIS", "4.2.4"), "passed");
    assert.equal(statusOf(report, "CIS", "5.4.1"), "absent");
    assert.equal(statusOf(report, "CIS", "5.1.2"), "gap");
    assert.equal(isViolated(report), false);
  });

  it("fails a control of which one rule fails, and only that one", () => {
    const report = reportOn(broken);
    assert.equal(statusOf(report, "CIS", "4.2.4"), "failed");
    assert.equal(statusOf(report, "Pod Security", "baseline/Host Namespaces"), "failed");
    assert.equal(statusOf(report, "CIS", "4.2.2"), "passed");
    assert.equal(isViolated(report), true);
  });

  it("counts a violation that only reminds as advised", () => {
    const env = [{ name: "A", valueFrom: { secretKeyRef: { name: "a", key: "b" } } }];
    const report = reportOn({ initContainers: [{ name: "init", env }] }, { stack: "dev" });
    assert.equal(statusOf(report, "CIS", "4.4.1"), "advised");
  });

  it("leaves out what does not bind the environment", () => {
    const rule = reportOn({}, { stack: "dev" }).rules.find(({ id }) => id === "image-digest");
    assert.deepEqual(rule?.byStack, { dev: "unbound" });
  });

  it("takes exceptions into account until they are over", () => {
    const during = reportOn(broken, { exceptions: [exception] });
    assert.equal(statusOf(during, "CIS", "4.2.4"), "excepted");
    assert.equal(isViolated(during), false);
    assert.deepEqual(during.exceptions, [{ ...exception, expired: false, used: true }]);

    const after = reportOn(broken, { exceptions: [exception], today: "2027-01-01" });
    assert.equal(statusOf(after, "CIS", "4.2.4"), "failed");
  });

  it("fails for an exception that is over even if nothing needs it", () => {
    const report = reportOn({}, { exceptions: [exception], today: "2027-01-01" });
    assert.deepEqual(report.exceptions, [{ ...exception, expired: true, used: false }]);
    assert.equal(isViolated(report), true);
  });

  it("counts on AWS's image only where it is in use", () => {
    const on = (amiType: string) => reportOn({}, { more: [nodeGroup(amiType)] });
    assert.equal(statusOf(on("AL2023_x86_64_STANDARD"), "CIS", "3.2.1"), "aws");
    assert.equal(statusOf(on("CUSTOM"), "CIS", "3.2.1"), "failed");
    assert.equal(statusOf(reportOn({}), "CIS", "3.2.1"), "absent");
  });

  it("is a page that shows text as text", () => {
    const page = htmlReport(reportOn(broken, { exceptions: [exception] }));
    assert.ok(page.includes("&lt;b&gt;Twenty characters&lt;/b&gt; &amp; more"));
    assert.ok(!page.includes("<b>Twenty"));
    assert.doesNotMatch(page, /<script|<link|src=|https?:/);
  });

  it("is JUnit XML with a failure for each rule that fails", () => {
    const xml = junitReport(reportOn(broken));
    assert.match(xml, /<testsuites tests="\d+" failures="1" errors="0" skipped="0">/);
    assert.match(xml, /<failure message="deployment \(kubernetes:apps\/v1:Deployment\): shares/);
    assert.match(junitReport(reportOn(broken, { exceptions: [exception] })), /skipped="1"/);
  });

  it("is a table for people, with findings and exceptions in full", () => {
    const text = terminalReport(reportOn(broken, { exceptions: [exception] }));
    assert.match(text, /CIS Amazon EKS Benchmark 1\.8 +│ prod/);
    assert.match(text, /prod excepted pod-no-host-network: deployment .* Remove `hostNetwork`/);
    assert.match(text, /exception until 2026-12-31: prod /);
  });
});
