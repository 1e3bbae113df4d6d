import * as autoscaling from "@pulumi/aws/autoscaling";
import * as ec2 from "@pulumi/aws/ec2";
import * as eks from "@pulumi/aws/eks";
import * as pulumi from "@pulumi/pulumi";

import type { KubernetesVersion } from "../versions";
import { type AutoscalerTag, nodeTemplateTags } from "./autoscaler-tags";
import { nodeGroupLabel, type NodeTaint } from "./placement";

/** Arguments of {@link NodeGroup}. */
export interface NodeGroupArgs {
  /** The cluster's `name` output, so that the group goes before the cluster does. */
  readonly clusterName: pulumi.Input<string>;
  /** For example `system`; a DNS label of at most 36 characters. */
  readonly groupName: string;
  readonly kubernetesVersion: KubernetesVersion;
  /** Private subnets, one a zone; nodes are spread over them. */
  readonly subnetIds: pulumi.Input<string[]>;
  readonly nodeRoleArn: pulumi.Input<string>;
  readonly clusterSecurityGroupId: pulumi.Input<string>;
  /** EC2 types of one size; several make a spot pool deeper. */
  readonly instanceTypes: readonly string[];
  readonly capacityType: "ON_DEMAND" | "SPOT";
  readonly minSize: number;
  readonly maxSize: number;
  /** Root volume, GiB. */
  readonly diskGiB: number;
  /** Labels of the nodes, beside the one with the group's name. */
  readonly labels: Readonly<Record<string, string>>;
  readonly taints: readonly NodeTaint[];
  /** Tags of instances, volumes and interfaces, which the provider's default tags do not reach. */
  readonly tags: Readonly<Record<string, string>>;
}

/** EKS appends 26 characters to a prefix, and a name has at most 63; one is the hyphen. */
const maxGroupName = 36;

/**
 * A managed node group with a launch template of its own, in the hands of cluster-autoscaler.
 *
 * The number of nodes is the autoscaler's business between `minSize` and `maxSize`; this program
 * sets it once. The name is a prefix and not fixed: a change that replaces the group (instance
 * types, subnets, role) then makes the new one first and drains the old one afterwards.
 *
 * Pass what nodes need as `dependsOn`: `cluster.ready`, the node role and `network.ready`.
 */
export class NodeGroup extends pulumi.ComponentResource {
  /** Full name of the group in EKS. */
  readonly nodeGroupName: pulumi.Output<string>;
  /** Name of the Auto Scaling group behind it. */
  readonly autoScalingGroupName: pulumi.Output<string>;

  constructor(
    private readonly name: string,
    private readonly args: NodeGroupArgs,
    opts?: pulumi.ComponentResourceOptions,
  ) {
    super("dtem:cluster:NodeGroup", name, {}, opts);
    if (args.groupName.length > maxGroupName) {
      throw new pulumi.ResourceError(
        `groupName ${args.groupName}: at most ${maxGroupName} characters`,
        this,
      );
    }
    const labels = { ...args.labels, [nodeGroupLabel]: args.groupName };
    const templateTags = nodeTemplateTags(labels, args.taints);

    const group = this.createNodeGroup(labels, this.createLaunchTemplate());
    this.nodeGroupName = group.nodeGroupName;
    // Managed groups have exactly one; the list is how the API says so.
    this.autoScalingGroupName = group.resources.apply(
      (resources) => resources[0]?.autoscalingGroups?.[0]?.name ?? "",
    );
    this.createAutoscalerTags(templateTags);
    this.registerOutputs({
      nodeGroupName: this.nodeGroupName,
      autoScalingGroupName: this.autoScalingGroupName,
    });
  }

  private createLaunchTemplate(): ec2.LaunchTemplate {
    const { args } = this;
    const tags = {
      ...args.tags,
      Name: pulumi.interpolate`${args.clusterName}-${args.groupName}`,
    };
    return new ec2.LaunchTemplate(
      `${this.name}-launch-template`,
      {
        namePrefix: pulumi.interpolate`${args.clusterName}-${args.groupName}-`,
        description: `Nodes of group ${args.groupName}`,
        updateDefaultVersion: true,
        // Once a template names groups, EKS adds none by itself.
        vpcSecurityGroupIds: [args.clusterSecurityGroupId],
        metadataOptions: {
          httpEndpoint: "enabled",
          // IMDSv2 only; with one hop the answer does not reach a pod, which would get the nodes' role.
          httpTokens: "required",
          httpPutResponseHopLimit: 1,
        },
        blockDeviceMappings: [
          {
            deviceName: "/dev/xvda",
            ebs: {
              volumeSize: args.diskGiB,
              volumeType: "gp3",
              // With the account's key for EBS: one of our own would need a grant for the Auto
              // Scaling service role, and a node's disk holds images and scratch space only.
              encrypted: "true",
              deleteOnTermination: "true",
            },
          },
        ],
        monitoring: { enabled: true },
        tagSpecifications: ["instance", "volume", "network-interface"].map((resourceType) => ({
          resourceType,
          tags,
        })),
      },
      { parent: this },
    );
  }

  private createNodeGroup(
    labels: Record<string, string>,
    template: ec2.LaunchTemplate,
  ): eks.NodeGroup {
    const { args } = this;
    return new eks.NodeGroup(
      `${this.name}-nodes`,
      {
        clusterName: args.clusterName,
        nodeGroupNamePrefix: `${args.groupName}-`,
        nodeRoleArn: args.nodeRoleArn,
        subnetIds: args.subnetIds,
        // EKS's own image of the version; the template names none, so EKS also writes the user data.
        amiType: "AL2023_x86_64_STANDARD",
        version: args.kubernetesVersion,
        capacityType: args.capacityType,
        instanceTypes: [...args.instanceTypes],
        launchTemplate: {
          id: template.id,
          version: pulumi.interpolate`${template.latestVersion}`,
        },
        scalingConfig: {
          minSize: args.minSize,
          maxSize: args.maxSize,
          desiredSize: args.minSize,
        },
        updateConfig: { maxUnavailablePercentage: 33 },
        nodeRepairConfig: { enabled: true },
        labels,
        taints: args.taints.map(({ key, value, effect }) => ({ key, value, effect })),
      },
      {
        parent: this,
        // The autoscaler moves it; an update from here would throw nodes out.
        ignoreChanges: ["scalingConfig.desiredSize"],
      },
    );
  }

  /** EKS does not copy a group's tags to its Auto Scaling group, where the autoscaler looks. */
  private createAutoscalerTags(templateTags: readonly AutoscalerTag[]): void {
    const discovery = [
      { role: "enabled", key: "k8s.io/cluster-autoscaler/enabled", value: "true" },
      {
        role: "owned",
        key: pulumi.interpolate`k8s.io/cluster-autoscaler/${this.args.clusterName}`,
        value: "owned",
      },
    ];
    for (const { role, key, value } of [...discovery, ...templateTags]) {
      new autoscaling.Tag(
        `${this.name}-autoscaler-${role}`,
        {
          autoscalingGroupName: this.autoScalingGroupName,
          // Not to the instances: it would change with the group and means nothing there.
          tag: { key, value, propagateAtLaunch: false },
        },
        { parent: this },
      );
    }
  }
}
