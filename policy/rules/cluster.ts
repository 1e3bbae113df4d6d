/** Rules about the control plane and its EKS add-ons. */
import {
  advisoryInDev,
  everywhere,
  inProd,
  ofType,
  type ResourceRule,
  type StackRule,
} from "../rule";

const clusterType = "aws:eks/cluster:Cluster";
const addonType = "aws:eks/addon:Addon";

/** The API server is not for everybody to try credentials at. */
export const endpointNotOpen: ResourceRule = {
  kind: "resource",
  id: "eks-endpoint-not-open",
  title: "The public endpoint admits named networks only",
  severity: "critical",
  controls: ["CIS EKS 5.4.1", "FSBP EKS.1", "NSA network separation"],
  remedy: "List the networks in `publicAccessCidrs`, or turn the public endpoint off.",
  levels: everywhere,
  whenUnknown: "violate",
  parameters: {
    widestPrefix: { schema: { type: "integer", minimum: 1, maximum: 32, default: 16 } },
  },
  types: [clusterType],
  *check({ props }, context) {
    const vpc = props.at("vpcConfig");
    // Both are on AWS's side: a public endpoint, open to all, is what one gets for saying nothing.
    if (vpc.get("endpointPublicAccess") === false) return;
    const cidrs = vpc.texts("publicAccessCidrs");
    if (cidrs.length === 0) yield "has a public endpoint that is open to all addresses";
    const widest = context.number("widestPrefix");
    for (const cidr of cidrs) {
      if (Number(cidr.split("/")[1]) < widest) yield `opens its public endpoint to ${cidr}`;
    }
  },
};

/** In live operation the API server is reached from inside only. */
export const endpointPrivateOnly: ResourceRule = {
  kind: "resource",
  id: "eks-endpoint-private-only",
  title: "There is no public endpoint",
  severity: "high",
  controls: ["CIS EKS 5.4.2", "FSBP EKS.1"],
  remedy: "Set `endpointPublicAccess: false` and reach the cluster through the VPC.",
  levels: inProd,
  whenUnknown: "violate",
  types: [clusterType],
  *check({ props }) {
    if (props.get("vpcConfig.endpointPublicAccess") !== false) yield "has a public endpoint";
  },
};

/** Otherwise nodes talk to the API server over the internet. */
export const endpointPrivateOn: ResourceRule = {
  kind: "resource",
  id: "eks-endpoint-private-on",
  title: "The private endpoint is on",
  severity: "high",
  controls: ["CIS EKS 5.4.1", "CIS EKS 5.4.2"],
  remedy: "Set `endpointPrivateAccess: true`.",
  levels: everywhere,
  whenUnknown: "violate",
  types: [clusterType],
  *check({ props }) {
    if (props.get("vpcConfig.endpointPrivateAccess") !== true) yield "has no private endpoint";
  },
};

const logTypes = ["api", "audit", "authenticator", "controllerManager", "scheduler"];

/** Who did what is known afterwards. */
export const controlPlaneLogs: ResourceRule = {
  kind: "resource",
  id: "eks-control-plane-logs",
  title: "All logs of the control plane are on",
  severity: "high",
  controls: ["CIS EKS 2.1.1", "FSBP EKS.8", "NSA audit logging"],
  remedy: `Set \`enabledClusterLogTypes\` to all five: ${logTypes.join(", ")}.`,
  levels: everywhere,
  whenUnknown: "violate",
  types: [clusterType],
  *check({ props }) {
    const enabled = new Set(props.texts("enabledClusterLogTypes"));
    const missing = logTypes.filter((type) => !enabled.has(type));
    if (missing.length > 0) yield `does not log ${missing.join(", ")}`;
  },
};

/** The group that EKS would make itself never expires and outlives the cluster. */
export const controlPlaneLogGroup: StackRule = {
  kind: "stack",
  id: "eks-log-group-owned",
  title: "The control plane's log group is ours, with a retention",
  severity: "medium",
  controls: ["CIS EKS 2.1.2", "DTEM log retention"],
  remedy: "Create `/aws/eks/<cluster>/cluster` with `retentionInDays` before the cluster.",
  levels: everywhere,
  whenUnknown: "advise",
  types: [clusterType],
  *check(resources) {
    const kept = new Set(
      ofType(resources, "aws:cloudwatch/logGroup:LogGroup")
        .filter(({ props }) => (props.number("retentionInDays") ?? 0) > 0)
        .map(({ props }) => props.text("name")),
    );
    for (const cluster of ofType(resources, clusterType)) {
      const group = `/aws/eks/${cluster.props.text("name") ?? cluster.name}/cluster`;
      if (!kept.has(group))
        yield { resource: cluster, problem: `logs to ${group}, which is not ours` };
    }
  },
};

/** Secrets in etcd are under a key that we can revoke. */
export const secretsEncrypted: ResourceRule = {
  kind: "resource",
  id: "eks-secrets-encrypted",
  title: "Kubernetes Secrets are encrypted with a key of our own",
  severity: "high",
  controls: ["CIS EKS 5.3.1", "FSBP EKS.3", "CIS EKS 4.4.2"],
  remedy: 'Set `encryptionConfig` with the ARN of a KMS key and `resources: ["secrets"]`.',
  levels: everywhere,
  whenUnknown: "advise",
  types: [clusterType],
  *check({ props }) {
    if (!props.isSet("encryptionConfig.provider.keyArn"))
      yield "encrypts Secrets with no key of ours";
    else if (!props.texts("encryptionConfig.resources").includes("secrets")) {
      yield "has a key but does not use it for Secrets";
    }
  },
};

/** Security fixes end with the version. */
export const supportedVersion: ResourceRule = {
  kind: "resource",
  id: "eks-supported-version",
  title: "The Kubernetes version is in standard support",
  severity: "high",
  controls: ["FSBP EKS.2", "NSA upgrading"],
  remedy: "Raise `version`, one minor at a time.",
  levels: everywhere,
  whenUnknown: "violate",
  parameters: {
    oldestMinor: {
      // Kubernetes 1.34 leaves standard support on 2026-12-02.
      schema: { type: "integer", minimum: 30, default: 34 },
    },
  },
  types: [clusterType],
  *check({ props }, context) {
    const version = props.text("version");
    const [major, minor] = (version ?? "").split(".").map(Number);
    if (major !== 1 || minor === undefined || minor < context.number("oldestMinor")) {
      yield `runs Kubernetes ${version ?? "of AWS's choice"}; the oldest allowed is 1.${context.number("oldestMinor")}`;
    }
  },
};

/** Extended support costs six times as much, and begins by itself. */
export const standardSupport: ResourceRule = {
  kind: "resource",
  id: "eks-standard-support",
  title: "Extended support is not bought by accident",
  severity: "low",
  controls: ["DTEM cost"],
  remedy: 'Set `upgradePolicy: { supportType: "STANDARD" }`.',
  levels: everywhere,
  whenUnknown: "violate",
  types: [clusterType],
  *check({ props }) {
    if (props.text("upgradePolicy.supportType") !== "STANDARD") yield "falls into extended support";
  },
};

/** Access is a list of IAM principals that a reviewer can read. */
export const accessEntries: ResourceRule = {
  kind: "resource",
  id: "eks-access-entries",
  title: "Access is granted by access entries alone",
  severity: "high",
  controls: ["CIS EKS 4.1.7", "CIS EKS 5.5.1", "NSA authentication and authorization"],
  remedy: 'Set `accessConfig.authenticationMode: "API"`.',
  levels: everywhere,
  whenUnknown: "violate",
  types: [clusterType],
  *check({ props }) {
    const mode = props.text("accessConfig.authenticationMode");
    if (mode !== "API") yield `authenticates by ${mode ?? "the ConfigMap aws-auth"}`;
  },
};

/** The one setting that stops a slip in the console as well. */
export const clusterDeletionProtection: ResourceRule = {
  kind: "resource",
  id: "eks-deletion-protection",
  title: "The control plane cannot be deleted by a slip",
  severity: "high",
  controls: ["DTEM deletion protection"],
  remedy: "Set `deletionProtection: true`.",
  levels: inProd,
  whenUnknown: "violate",
  types: [clusterType],
  *check({ props }) {
    if (props.get("deletionProtection") !== true) yield "has no deletion protection";
  },
};

/** The version of an add-on changes by a merge request, not by a preview. */
export const addonsPinned: ResourceRule = {
  kind: "resource",
  id: "eks-addons-pinned",
  title: "EKS add-ons have a pinned version",
  severity: "medium",
  controls: ["NSA upgrading", "DTEM pinned versions"],
  remedy: "Set `addonVersion`.",
  levels: everywhere,
  whenUnknown: "violate",
  types: [addonType],
  *check({ props }) {
    const version = props.text("addonVersion");
    if (version === undefined) yield "takes whatever version AWS offers";
  },
};

/** NetworkPolicies without an agent that enforces them are decoration. */
export const networkPolicyEngine: ResourceRule = {
  kind: "resource",
  id: "eks-network-policy-engine",
  title: "The CNI enforces network policies",
  severity: "high",
  controls: ["CIS EKS 4.3.1", "CIS EKS 5.4.4", "NSA network separation"],
  remedy: 'Set `enableNetworkPolicy: "true"` in the configuration values of the add-on vpc-cni.',
  levels: everywhere,
  whenUnknown: "advise",
  types: [addonType],
  *check({ props }) {
    if (props.text("addonName") !== "vpc-cni") return;
    const values = props.text("configurationValues") ?? "{}";
    const { enableNetworkPolicy } = JSON.parse(values) as { enableNetworkPolicy?: unknown };
    if (String(enableNetworkPolicy) !== "true") yield "does not enforce network policies";
  },
};

/** Few enough administrators to know each of them. */
export const fewClusterAdmins: StackRule = {
  kind: "stack",
  id: "eks-cluster-admins-few",
  title: "Few principals administer the cluster",
  severity: "medium",
  controls: ["CIS EKS 4.1.1"],
  remedy: "Grant AmazonEKSViewPolicy or AmazonEKSEditPolicy to those who can do with it.",
  levels: advisoryInDev,
  whenUnknown: "advise",
  parameters: { most: { schema: { type: "integer", minimum: 1, default: 4 } } },
  types: ["aws:eks/accessPolicyAssociation:AccessPolicyAssociation"],
  *check(resources, context) {
    const admins = ofType(
      resources,
      "aws:eks/accessPolicyAssociation:AccessPolicyAssociation",
    ).filter(({ props }) => props.text("policyArn")?.endsWith("/AmazonEKSClusterAdminPolicy"));
    const most = context.number("most");
    for (const resource of admins.slice(most)) {
      yield {
        resource,
        problem: `is one of ${admins.length} cluster administrators, allowed are ${most}`,
      };
    }
  },
};

/** A user has long-lived keys; a role is assumed by somebody who has just proved who they are. */
export const accessByRole: ResourceRule = {
  kind: "resource",
  id: "eks-access-by-role",
  title: "Access entries are for roles",
  severity: "medium",
  controls: ["CIS EKS 5.5.1", "NSA authentication and authorization"],
  remedy: "Give the entry to an IAM role that the person assumes.",
  levels: everywhere,
  whenUnknown: "advise",
  types: ["aws:eks/accessEntry:AccessEntry"],
  *check({ props }) {
    const principal = props.text("principalArn") ?? "";
    if (/:user\/|:root$/.test(principal)) yield `lets in ${principal}`;
    for (const group of props.texts("kubernetesGroups")) {
      if (group === "system:masters") yield "makes its principal a member of system:masters";
    }
  },
};
