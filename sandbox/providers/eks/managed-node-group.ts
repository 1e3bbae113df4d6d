import * as eks from "@pulumi/aws/eks";
import type { ManagedNodeGroupArgs } from "@pulumi/eks/managedNodeGroup";
import * as pulumi from "@pulumi/pulumi";

import { coreOf } from "./existing-cluster";

/** Arguments for which the real component makes a launch template or a placement group. */
const unmodelled = [
  "amiId",
  "bootstrapExtraArgs",
  "bottlerocketSettings",
  "diskSize",
  "enableEfaSupport",
  "enableIMDSv2",
  "gpu",
  "kubeletExtraArgs",
  "nodeadmExtraOptions",
  "operatingSystem",
  "placementGroupAvailabilityZone",
  "userData",
] as const satisfies readonly (keyof ManagedNodeGroupArgs)[];

/** `eks:index:ManagedNodeGroup` with the launch template of AWS or one that is passed in. */
export class ManagedNodeGroup extends pulumi.ComponentResource {
  readonly outputs: pulumi.Inputs;

  constructor(name: string, inputs: pulumi.Inputs, opts: pulumi.ComponentResourceOptions) {
    super("eks:index:ManagedNodeGroup", name, inputs, opts);
    const { cluster, clusterName, nodeRole, nodeRoleArn, ignoreScalingChanges, ...rest } =
      inputs as ManagedNodeGroupArgs;
    checkRole(nodeRole, nodeRoleArn);
    const extra = unmodelled.find((option) => rest[option] !== undefined);
    if (extra !== undefined) {
      throw new pulumi.ResourceError(
        `The sandbox's eks provider does not model ManagedNodeGroup's ${extra}.`,
        this,
      );
    }
    const core = coreOf(cluster);
    const nodeGroup = new eks.NodeGroup(
      name,
      {
        ...rest,
        // A launch template may bring an image, and with it a version, of its own.
        version:
          rest.version ??
          (rest.launchTemplate === undefined
            ? core.apply((known) => known.cluster.version)
            : undefined),
        clusterName: clusterName ?? core.apply((known) => known.cluster.name),
        nodeRoleArn:
          nodeRoleArn ?? pulumi.output(nodeRole).apply((role) => role?.arn ?? pulumi.output("")),
        scalingConfig: pulumi.output(rest.scalingConfig).apply((config) => ({
          desiredSize: config?.desiredSize ?? 2,
          minSize: config?.minSize ?? 1,
          maxSize: config?.maxSize ?? 2,
        })),
        subnetIds: rest.subnetIds ?? core.subnetIds,
      },
      {
        parent: this,
        ignoreChanges: ignoreScalingChanges === true ? ["scalingConfig.desiredSize"] : [],
      },
    );
    this.outputs = { nodeGroup, placementGroupName: "" };
    this.registerOutputs(this.outputs);
  }
}

function checkRole(nodeRole: unknown, nodeRoleArn: unknown): void {
  if (nodeRole !== undefined && nodeRoleArn !== undefined) {
    throw new Error(
      "You cannot specify both nodeRole and nodeRoleArn when creating a managed node group.",
    );
  }
  if (nodeRole === undefined && nodeRoleArn === undefined) {
    throw new Error("An IAM role, or role ARN must be provided to create a managed node group");
  }
}
