/** The add-ons that the component makes besides vpc-cni. */
import * as eks from "@pulumi/aws/eks";
import type { ClusterArgs } from "@pulumi/eks/cluster";
import * as pulumi from "@pulumi/pulumi";

import { sortedJson } from "./sorted-json";

type AddonOptions = ClusterArgs["corednsAddonOptions"];

/** kube-proxy, unless it is switched off. */
export function createKubeProxy(
  name: string,
  args: ClusterArgs,
  cluster: eks.Cluster,
  parent: pulumi.Resource,
): void {
  if (args.kubeProxyAddonOptions?.enabled ?? args.autoMode?.enabled !== true) {
    createAddon(
      `${name}-kube-proxy`,
      "kube-proxy",
      args.kubeProxyAddonOptions,
      args,
      cluster,
      parent,
    );
  }
}

/**
 * CoreDNS, where it has a node to run on (Auto Mode) or is asked for: also by configuration values
 * alone, whatever `enabled` says.
 */
export function createCoreDns(
  name: string,
  args: ClusterArgs,
  cluster: eks.Cluster,
  parent: pulumi.Resource,
): void {
  const options = args.corednsAddonOptions;
  const asked = options?.enabled === true || options?.configurationValues !== undefined;
  const placeable = args.skipDefaultNodeGroup !== true || args.autoMode?.enabled === true;
  if (asked || (placeable && (options?.enabled ?? true))) {
    createAddon(`${name}-coredns`, "coredns", options, args, cluster, parent);
  }
}

function createAddon(
  name: string,
  addonName: string,
  options: AddonOptions,
  args: ClusterArgs,
  cluster: eks.Cluster,
  parent: pulumi.Resource,
): void {
  const { configurationValues } = options ?? {};
  new eks.Addon(
    name,
    {
      clusterName: cluster.name,
      addonName,
      preserve: true,
      tags: args.tags,
      addonVersion:
        options?.version ??
        eks.getAddonVersionOutput(
          { addonName, kubernetesVersion: cluster.version, mostRecent: true },
          { parent },
        ).version,
      resolveConflictsOnCreate: options?.resolveConflictsOnCreate ?? "OVERWRITE",
      resolveConflictsOnUpdate: options?.resolveConflictsOnUpdate ?? "OVERWRITE",
      configurationValues:
        configurationValues === undefined
          ? undefined
          : pulumi.output(configurationValues).apply(sortedJson),
    },
    { parent },
  );
}
