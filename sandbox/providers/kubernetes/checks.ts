/** Completing and checking the inputs of an object before anything is compared or sent. */
import { createHash } from "node:crypto";
import { isUnknown, type CheckFailure, type Props } from "../service";
import { isObject } from "../wire";
import { parseWaitFor, WAIT_FOR } from "./await/wait-for";
import type { Gvk } from "./gvk";
import { annotated, annotation, mapAt, stringAt, type KubernetesObject } from "./kubernetes-object";
import { AUTONAMED } from "./replace-rules";

const MANAGED_BY = "app.kubernetes.io/managed-by";

/** Longest name that every kind takes (RFC 1123 subdomain). */
const MAX_NAME_LENGTH = 253;

/** What `completeInputs` needs besides the inputs. */
export interface CheckContext {
  readonly gvk: Gvk;
  /** Logical name of the resource, from which a name is made up. */
  readonly logicalName: string;
  readonly olds: Props;
  readonly randomSeed: Uint8Array;
  /** Whether the kind has a namespace; undefined for a kind that no one knows yet. */
  readonly namespaced: boolean | undefined;
  readonly defaultNamespace: string;
  /** Only then is the managed-by label set: server-side apply records the manager by itself. */
  readonly clientSideApply: boolean;
}

/** Inputs with apiVersion, kind, name and namespace, and what is wrong with them. */
export function completeInputs(
  news: Props,
  context: CheckContext,
): { inputs: KubernetesObject; failures: CheckFailure[] } {
  const { gvk, olds } = context;
  const failures: CheckFailure[] = [];
  const metadata: Props = { ...mapAt(news, "metadata") };
  if (isUnknown(news["metadata"])) {
    const inputs = { ...news, apiVersion: gvk.apiVersion, kind: gvk.kind, metadata: {} };
    return { inputs, failures };
  }

  nameObject(metadata, context, failures);
  if (context.namespaced === true && !metadata["namespace"]) {
    metadata["namespace"] = context.defaultNamespace;
  } else if (context.namespaced === false && metadata["namespace"]) {
    delete metadata["namespace"]; // Ignored by the server; kept, it would change the id.
  }
  const labelled = mapAt(olds, "metadata.labels")[MANAGED_BY] === "pulumi";
  const isNew = Object.keys(olds).length === 0;
  if (!gvk.patch && (labelled || (isNew && context.clientSideApply))) {
    metadata["labels"] = { ...mapAt(metadata, "labels"), [MANAGED_BY]: "pulumi" };
  }

  const apiVersion = stringAt(news, "apiVersion") || gvk.apiVersion;
  const kind = stringAt(news, "kind") || gvk.kind;
  const inputs: KubernetesObject = { ...dropNulls(news), apiVersion, kind, metadata };
  const waitFor = annotation(inputs, WAIT_FOR);
  if (waitFor !== undefined && !isUnknown(waitFor)) {
    try {
      parseWaitFor(waitFor);
    } catch (error) {
      const reason = error instanceof Error ? error.message : String(error);
      failures.push({ property: `metadata.annotations["${WAIT_FOR}"]`, reason });
    }
  }
  return { inputs, failures };
}

function nameObject(metadata: Props, context: CheckContext, failures: CheckFailure[]): void {
  if (metadata["name"] || metadata["generateName"]) return;
  if (context.gvk.patch) {
    const reason = "a patch needs the name of the object that it patches";
    failures.push({ property: "metadata.name", reason });
    return;
  }
  const oldName = stringAt(context.olds, "metadata.name");
  // An object that was named by us keeps its name as long as it lives.
  const name = annotated(context.olds, AUTONAMED) && oldName ? oldName : madeUpName(context);
  metadata["name"] = name;
  metadata["annotations"] = { ...mapAt(metadata, "annotations"), [AUTONAMED]: "true" };
}

/** `<logical name>-<8 hex digits>`; the engine's seed makes it the same in plan and update. */
function madeUpName({ logicalName, randomSeed }: CheckContext): string {
  const suffix = createHash("sha256")
    .update(randomSeed)
    .update(logicalName)
    .digest("hex")
    .slice(0, 8);
  const base = logicalName.toLowerCase().slice(0, MAX_NAME_LENGTH - suffix.length - 1);
  return `${base}-${suffix}`;
}

/** Absent and null are the same in Kubernetes; only one of them may appear in a comparison. */
function dropNulls(value: Props): Props {
  return Object.fromEntries(
    Object.entries(value).flatMap(([key, item]) => {
      if (item === null || item === undefined) return [];
      return [[key, isObject(item) ? dropNulls(item) : item]];
    }),
  );
}
