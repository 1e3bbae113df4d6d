import * as eks from "@pulumi/aws/eks";
import type { AddonArgs } from "@pulumi/eks/addon";
import * as pulumi from "@pulumi/pulumi";

import { coreOf } from "./existing-cluster";

/** `eks:index:Addon`: one add-on of a cluster that `eks:index:Cluster` made. */
export class Addon extends pulumi.ComponentResource {
  readonly outputs: pulumi.Inputs = {};

  constructor(name: string, inputs: pulumi.Inputs, opts: pulumi.ComponentResourceOptions) {
    super("eks:index:Addon", name, inputs, opts);
    const { cluster, configurationValues, tags, ...rest } = inputs as AddonArgs;
    if (tags !== undefined) {
      // The package's schema types them as a list of maps, which the add-on does not take.
      throw new pulumi.ResourceError("eks stand-in: tags of eks.Addon are not modelled", this);
    }
    new eks.Addon(
      name,
      {
        ...rest,
        clusterName: coreOf(cluster).apply((core) => core.cluster.name),
        configurationValues:
          configurationValues === undefined ? undefined : pulumi.jsonStringify(configurationValues),
      },
      { parent: this },
    );
    this.registerOutputs({});
  }
}
