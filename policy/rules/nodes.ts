/** Rules about worker nodes. */
import { each } from "../evaluate";
import {
  advisoryInDev,
  everywhere,
  inProd,
  ofType,
  type ResourceRule,
  type StackRule,
} from "../rule";

const templateType = "aws:ec2/launchTemplate:LaunchTemplate";
const groupType = "aws:eks/nodeGroup:NodeGroup";

/** IMDSv1 hands the node's credentials to any request that can be forged. */
export const imdsV2: ResourceRule = {
  kind: "resource",
  id: "node-imdsv2",
  title: "The metadata service needs a session token",
  severity: "high",
  controls: ["FSBP EC2.170", "FSBP EC2.8"],
  remedy: 'Set `metadataOptions.httpTokens: "required"`.',
  levels: everywhere,
  whenUnknown: "violate",
  types: [templateType],
  *check({ props }) {
    if (props.text("metadataOptions.httpTokens") !== "required") yield "allows IMDSv1";
  },
};

/** One hop more and a pod reaches the node's credentials. */
export const imdsHopLimit: ResourceRule = {
  kind: "resource",
  id: "node-imds-hop-limit",
  title: "Pods do not reach the node's credentials",
  severity: "high",
  controls: ["CIS EKS 5.2.1"],
  remedy: "Set `metadataOptions.httpPutResponseHopLimit: 1`; pods use Pod Identity.",
  levels: everywhere,
  whenUnknown: "violate",
  types: [templateType],
  *check({ props }) {
    const hops = props.number("metadataOptions.httpPutResponseHopLimit");
    if (hops !== 1) yield `answers over ${hops ?? "an unset number of"} hops`;
  },
};

/** Images, logs and empty-dir volumes lie on these disks. */
export const nodeVolumesEncrypted: ResourceRule = {
  kind: "resource",
  id: "node-volumes-encrypted",
  title: "Volumes of nodes are encrypted",
  severity: "high",
  controls: ["FSBP EC2.3"],
  remedy: "Set `encrypted: true` on every block device.",
  levels: everywhere,
  whenUnknown: "violate",
  types: [templateType],
  *check({ props }) {
    const devices = props.list("blockDeviceMappings");
    if (devices.length === 0) yield "leaves the encryption of volumes to the image";
    yield* each(devices, function* (device) {
      if (String(device.get("ebs.encrypted")) !== "true") {
        yield `does not encrypt ${device.text("deviceName") ?? device.path}`;
      }
    });
  },
};

/** Nodes are behind NAT. */
export const nodeNoPublicAddress: ResourceRule = {
  kind: "resource",
  id: "node-no-public-address",
  title: "Nodes have no public address",
  severity: "high",
  controls: ["CIS EKS 5.4.3", "FSBP EC2.25"],
  remedy: "Leave `associatePublicIpAddress` out or set it to false.",
  levels: everywhere,
  whenUnknown: "violate",
  types: [templateType],
  *check({ props }) {
    for (const card of props.list("networkInterfaces")) {
      if (String(card.get("associatePublicIpAddress")) === "true")
        yield "gives nodes a public address";
    }
  },
};

/** Who needs a node uses Session Manager, which leaves a record. */
export const nodeNoSsh: ResourceRule = {
  kind: "resource",
  id: "node-no-ssh",
  title: "Nodes have no SSH key",
  severity: "medium",
  controls: ["NSA authentication and authorization"],
  remedy: "Remove `keyName` and `remoteAccess`; use Session Manager.",
  levels: everywhere,
  whenUnknown: "advise",
  types: [templateType, groupType],
  *check({ props }) {
    if (props.isSet("keyName")) yield "installs an SSH key";
    if (props.isSet("remoteAccess")) yield "opens remote access";
  },
};

/** EKS's own template has IMDS hop limit 2 and the image's volumes. */
export const nodeOwnTemplate: ResourceRule = {
  kind: "resource",
  id: "node-own-launch-template",
  title: "Node groups use a launch template of ours",
  severity: "medium",
  controls: ["CIS EKS 5.2.1", "FSBP EC2.170"],
  remedy: "Set `launchTemplate` with the id and version of a template that these rules see.",
  levels: everywhere,
  whenUnknown: "advise",
  types: [groupType],
  *check({ props }) {
    if (!props.isSet("launchTemplate")) yield "runs on EKS's own launch template";
  },
};

/** CIS section 3 is about settings that come with AWS's image. */
export const nodeAmiMaintained: ResourceRule = {
  kind: "resource",
  id: "node-ami-maintained",
  title: "Nodes run AWS's EKS-optimised image",
  severity: "medium",
  controls: ["NSA upgrading", "DTEM CIS EKS section 3 by AWS"],
  remedy: "Set `amiType` to an AL2023 or Bottlerocket type and remove `imageId` from the template.",
  levels: everywhere,
  whenUnknown: "violate",
  types: [groupType, templateType],
  *check({ type, props }) {
    if (type === templateType) {
      if (props.isSet("imageId")) yield "brings an image of its own";
      return;
    }
    const ami = props.text("amiType") ?? "";
    if (!/^(AL2023|BOTTLEROCKET)_/.test(ami))
      yield `runs the image type ${ami || "of EKS's choice"}`;
  },
};

/** Otherwise EKS replaces one node after the other, or too many at once. */
export const nodeRollingUpdate: ResourceRule = {
  kind: "resource",
  id: "node-rolling-update",
  title: "Node updates are bounded",
  severity: "low",
  controls: ["NSA upgrading", "DTEM availability"],
  remedy: "Set `updateConfig` to one node or at most a third.",
  levels: advisoryInDev,
  whenUnknown: "violate",
  types: [groupType],
  *check({ props }) {
    const nodes = props.number("updateConfig.maxUnavailable");
    const share = props.number("updateConfig.maxUnavailablePercentage");
    if (nodes === undefined && share === undefined) yield "does not bound its updates";
    if ((share ?? 0) > 34) yield `takes down ${share} % of its nodes at once`;
  },
};

/** A subnet that a load balancer may face the internet from is no place for a node. */
export const nodePrivateSubnets: StackRule = {
  kind: "stack",
  id: "node-private-subnets",
  title: "Nodes are in private subnets",
  severity: "high",
  controls: ["CIS EKS 5.4.3"],
  remedy: "Pass the private subnets as `subnetIds`.",
  levels: everywhere,
  whenUnknown: "advise",
  types: [groupType],
  *check(resources) {
    const publicSubnets = ofType(resources, "aws:ec2/subnet:Subnet").filter(({ props }) =>
      props.at("tags").key("kubernetes.io/role/elb").isPresent(),
    );
    for (const resource of ofType(resources, groupType)) {
      for (const subnet of publicSubnets) {
        if (resource.dependencies.has(subnet.urn)) {
          yield { resource, problem: `places nodes in the public subnet ${subnet.name}` };
        }
      }
    }
  },
};

/** One node less must not mean no node. */
export const nodeGroupsRedundant: ResourceRule = {
  kind: "resource",
  id: "node-groups-redundant",
  title: "Node groups have at least two nodes in two zones",
  severity: "medium",
  controls: ["DTEM availability"],
  remedy: "Set `scalingConfig.minSize` to 2 or more and pass subnets of two zones.",
  levels: inProd,
  whenUnknown: "advise",
  types: [groupType],
  *check({ props }) {
    const least = props.number("scalingConfig.minSize") ?? 0;
    if (least < 2) yield `shrinks to ${least} nodes`;
    const { length } = props.list("subnetIds");
    if (length < 2) yield `spans ${length} subnets`;
  },
};
