import type { Cluster as AwsCluster } from "@pulumi/aws/eks";
import * as pulumi from "@pulumi/pulumi";

/** What other components need of `core`, one of the outputs of `eks:index:Cluster`. */
export interface Core {
  readonly cluster: AwsCluster;
  readonly subnetIds: string[];
}

/** An existing `eks:index:Cluster`, read back from the engine by its URN. */
export class ExistingCluster extends pulumi.ComponentResource {
  declare readonly core: pulumi.Output<Core>;

  constructor(urn: string) {
    super("eks:index:Cluster", urn.split("::").at(-1) ?? "", { core: undefined }, { urn });
  }
}

/**
 * `core` of a cluster that arrives as an argument: as a reference, as `core` itself, or, where the
 * program's SDK is loaded in this process, as its class.
 */
export function coreOf(cluster: unknown): pulumi.Output<Core> {
  return (pulumi.output(cluster) as pulumi.Output<unknown>).apply((value): pulumi.Output<Core> => {
    if (typeof value === "string") return new ExistingCluster(value).core;
    if (typeof value !== "object" || value === null) throw new Error("cluster: is no cluster");
    const core = "core" in value ? value.core : value;
    return pulumi.output(core) as pulumi.Output<Core>;
  });
}
