import * as pulumi from "@pulumi/pulumi";

import { ExistingCluster } from "./existing-cluster";
import { kubeconfigOf } from "./kubeconfig";

/**
 * `Cluster.getKubeconfig`: the kubeconfig as JSON, for a role or profile.
 *
 * @param args as on the wire, with the cluster as a reference in `__self__`.
 */
export function getKubeconfig(args: Record<string, unknown>): pulumi.Output<string> {
  const self = args["__self__"];
  const urn = typeof self === "object" && self !== null && "urn" in self ? self.urn : undefined;
  if (typeof urn !== "string") throw new Error("getKubeconfig: __self__ is no cluster");
  const credentials = {
    roleArn: optionalText(args["roleArn"]),
    profileName: optionalText(args["profileName"]),
  };
  return new ExistingCluster(urn).core.apply(({ cluster }) =>
    pulumi.jsonStringify(kubeconfigOf(cluster, credentials, true)),
  );
}

function optionalText(value: unknown): string | undefined {
  return typeof value === "string" && value !== "" ? value : undefined;
}
