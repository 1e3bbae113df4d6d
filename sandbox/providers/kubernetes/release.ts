/**
 * `kubernetes:helm.sh/v3:Release`. The stand-in records the release and makes its namespace; what
 * the chart would bring is the business of `install` and `uninstall`, the one place to extend: a
 * renderer (helm, or objects of our own for each chart) plugs in there.
 */
import { createHash, randomUUID } from "node:crypto";
import { isUnknown, type CheckFailure, type DiffResult, type Props } from "../service";
import { formatPath } from "../property-path";
import type { KubernetesClient } from "./client";
import { ApiError } from "./api-error";
import { changedPaths } from "./drift";
import { idOf, mapAt, numberAt, stringAt } from "./kubernetes-object";

/** Completes a release's inputs: name `<logical name>-<8 hex>`, default namespace. */
export function checkRelease(r: {
  news: Props;
  olds: Props;
  logicalName: string;
  randomSeed: Uint8Array;
  defaultNamespace: string;
}): { inputs: Props; failures: CheckFailure[] } {
  const inputs = { ...r.news };
  delete inputs["compat"]; // Set by the SDK for providers before 3.0.
  if (!inputs["name"]) {
    const seed = createHash("sha256").update(r.randomSeed).update(r.logicalName).digest("hex");
    inputs["name"] = stringAt(r.olds, "name") || `${r.logicalName}-${seed.slice(0, 8)}`;
  }
  inputs["namespace"] ||= r.defaultNamespace;
  const failures = inputs["chart"]
    ? []
    : [{ property: "chart", reason: "missing required property 'chart'" }];
  return { inputs, failures };
}

/** A release moves to another name or namespace only by being installed anew. */
export function diffRelease(oldInputs: Props, news: Props): DiffResult {
  const diffs = changedPaths(oldInputs, news).map(formatPath);
  const replaces = diffs.filter((path) => path === "name" || path === "namespace");
  return { changes: diffs.length > 0, diffs, replaces };
}

/** The id that the real provider gives a release. */
export function releaseId(inputs: Props): string {
  return idOf(stringAt(inputs, "namespace"), stringAt(inputs, "name"));
}

/** Outputs of a release; `revision` 0 stands for one that is not installed. */
export function releaseOutputs(inputs: Props, revision: number): Props {
  const { name, namespace, chart, version } = inputs;
  return {
    ...inputs,
    resourceNames: {},
    status: { name, namespace, chart, version, revision, status: "deployed" },
  };
}

/** The revision after this one. */
export function nextRevision(olds: Props): number {
  return numberAt(mapAt(olds, "status"), "revision") + 1;
}

/** Installs or upgrades a release. So far: its namespace, where it asks for one. */
export async function install(client: KubernetesClient, inputs: Props): Promise<void> {
  const name = stringAt(inputs, "namespace");
  if (inputs["createNamespace"] !== true || !name || isUnknown(name)) return;
  const namespace = { apiVersion: "v1", kind: "Namespace", metadata: { name } };
  try {
    await client.create(namespace, { fieldManager: `helm-${randomUUID().slice(0, 8)}` });
  } catch (error) {
    // Helm takes a namespace that is there as it is.
    if (!(error instanceof ApiError && error.reason === "AlreadyExists")) throw error;
  }
}

/** Removes what `install` made. A namespace stays, as it does with Helm. */
export async function uninstall(): Promise<void> {
  // Nothing but the namespace was made so far.
}
