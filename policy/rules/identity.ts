/** Rules about IAM: who may do what in AWS. */
import { everyAllow } from "../policy-document";
import { everywhere, ofType, type Resource, type ResourceRule, type StackRule } from "../rule";

const roleType = "aws:iam/role:Role";
const attachmentType = "aws:iam/rolePolicyAttachment:RolePolicyAttachment";
const associationType = "aws:eks/podIdentityAssociation:PodIdentityAssociation";
const policyTypes = ["aws:iam/policy:Policy", "aws:iam/rolePolicy:RolePolicy", roleType];
const documents = ["policy", ...[0, 1, 2, 3].map((index) => `inlinePolicies.${index}.policy`)];

/** Everything on everything is the account itself. */
export const noFullAdministration: ResourceRule = {
  kind: "resource",
  id: "iam-no-full-administration",
  title: "No policy allows everything",
  severity: "critical",
  controls: ["FSBP IAM.1", "NSA authentication and authorization"],
  remedy: "List the actions and resources that are needed.",
  levels: everywhere,
  whenUnknown: "advise",
  types: policyTypes,
  *check({ props }) {
    for (const { sid, actions, resources } of everyAllow(props, documents)) {
      if (actions.includes("*") && resources.includes("*")) yield `allows everything (${sid})`;
    }
  },
};

/** What `s3:*` means changes whenever AWS adds something. */
export const noServiceWildcards: ResourceRule = {
  kind: "resource",
  id: "iam-no-service-wildcards",
  title: "No policy allows all of a service",
  severity: "high",
  controls: ["FSBP IAM.21"],
  remedy: "List the actions that are needed.",
  levels: everywhere,
  whenUnknown: "advise",
  types: policyTypes,
  *check({ props }) {
    for (const { sid, actions } of everyAllow(props, documents)) {
      const wide = actions.filter((action) => /^(\*|[\w-]+:\*)$/.test(action));
      if (wide.length > 0) yield `allows ${wide.join(", ")} (${sid})`;
    }
  },
};

const powerful = /\/(AdministratorAccess|PowerUserAccess|IAMFullAccess|\w+FullAccess)$/;

/** The managed policies that amount to the same. */
export const noPowerfulAttachments: ResourceRule = {
  kind: "resource",
  id: "iam-no-powerful-managed-policies",
  title: "No role has an administrator's managed policy",
  severity: "critical",
  controls: ["FSBP IAM.1"],
  remedy: "Attach a policy that allows what is needed.",
  levels: everywhere,
  whenUnknown: "advise",
  types: [attachmentType, roleType],
  *check({ props }) {
    const attached = [props.text("policyArn"), ...props.texts("managedPolicyArns")];
    for (const arn of attached) {
      if (arn !== undefined && powerful.test(arn)) yield `attaches ${arn}`;
    }
  },
};

/** Whoever may assume the role has all that it has. */
export const trustNamed: ResourceRule = {
  kind: "resource",
  id: "iam-trust-named",
  title: "Roles name who may assume them",
  severity: "critical",
  controls: ["NSA authentication and authorization"],
  remedy: "Name the service or the role, with conditions that tie it to its purpose.",
  levels: everywhere,
  whenUnknown: "advise",
  types: [roleType],
  *check({ props }) {
    for (const { sid, principals } of everyAllow(props, ["assumeRolePolicy"])) {
      if (principals.some((principal) => ["*", "AWS:*"].includes(principal))) {
        yield `may be assumed by everybody (${sid})`;
      }
    }
  },
};

/** Tied to nothing, the role serves any pod that an association was made for. */
export const podIdentityTrustTied: ResourceRule = {
  kind: "resource",
  id: "iam-pod-identity-trust-tied",
  title: "A pod's role serves one service account of one cluster",
  severity: "high",
  controls: ["CIS EKS 5.2.1"],
  remedy:
    "Add a condition on `aws:RequestTag/eks-cluster-name`, `kubernetes-namespace` and `kubernetes-service-account`.",
  levels: everywhere,
  whenUnknown: "advise",
  types: [roleType],
  *check({ props }) {
    for (const { principals, conditions } of everyAllow(props, ["assumeRolePolicy"])) {
      if (!principals.includes("Service:pods.eks.amazonaws.com")) continue;
      const tied = JSON.stringify([...conditions.values()]);
      for (const tag of [
        "eks-cluster-name",
        "kubernetes-namespace",
        "kubernetes-service-account",
      ]) {
        if (!tied.includes(`aws:RequestTag/${tag}`)) yield `is not tied to one ${tag}`;
      }
    }
  },
};

/** Keys of users do not expire. */
export const noUsers: ResourceRule = {
  kind: "resource",
  id: "iam-no-users",
  title: "The platform makes no users and no access keys",
  severity: "high",
  controls: ["NSA authentication and authorization"],
  remedy: "Use a role; pipelines assume it by OIDC, pods by Pod Identity.",
  levels: everywhere,
  whenUnknown: "advise",
  types: [
    "aws:iam/user:User",
    "aws:iam/accessKey:AccessKey",
    "aws:iam/userLoginProfile:UserLoginProfile",
  ],
  *check({ type }) {
    yield `is a ${type.split(":").at(-1)}, whose credentials do not expire`;
  },
};

/** A shared role has what any of its users needs. */
export const podIdentityDedicated: StackRule = {
  kind: "stack",
  id: "pod-identity-dedicated-roles",
  title: "Every service account has a role of its own",
  severity: "high",
  controls: ["CIS EKS 5.2.1"],
  remedy: "Make a role for each association.",
  levels: everywhere,
  whenUnknown: "advise",
  types: [associationType],
  *check(resources) {
    const roles = new Set(ofType(resources, roleType).map(({ urn }) => urn));
    const owners = new Map<string, Resource>();
    for (const resource of ofType(resources, associationType)) {
      for (const role of resource.dependencies) {
        if (!roles.has(role)) continue;
        const owner = owners.get(role);
        if (owner !== undefined) yield { resource, problem: `shares its role with ${owner.name}` };
        owners.set(role, resource);
      }
    }
  },
};

/** What every pod of a node could take if it reached the node's credentials. */
const nodePolicies =
  /\/(AmazonEKSWorkerNodePolicy|AmazonEKSWorkerNodeMinimalPolicy|AmazonEC2ContainerRegistryPullOnly|AmazonEC2ContainerRegistryReadOnly|AmazonSSMManagedInstanceCore)$/;

/** Nodes join the cluster and pull images; everything else is a pod's business. */
export const nodeRoleMinimal: StackRule = {
  kind: "stack",
  id: "node-role-minimal",
  title: "The nodes' role joins the cluster and pulls images, no more",
  severity: "high",
  controls: ["CIS EKS 5.1.3", "CIS EKS 5.2.1"],
  remedy: "Move the permission to a pod's own role (Pod Identity).",
  levels: everywhere,
  whenUnknown: "advise",
  types: [roleType],
  *check(resources) {
    const nodeRoles = new Set(
      ofType(resources, roleType)
        .filter((role) =>
          [...everyAllow(role.props, ["assumeRolePolicy"])].some(({ principals }) =>
            principals.includes("Service:ec2.amazonaws.com"),
          ),
        )
        .map(({ urn }) => urn),
    );
    const belongs = ({ dependencies }: Resource) =>
      [...dependencies].some((urn) => nodeRoles.has(urn));
    for (const resource of ofType(resources, attachmentType).filter(belongs)) {
      const arn = resource.props.text("policyArn") ?? "";
      if (!nodePolicies.test(arn)) yield { resource, problem: `gives the nodes ${arn}` };
    }
    for (const resource of ofType(resources, "aws:iam/rolePolicy:RolePolicy").filter(belongs)) {
      yield { resource, problem: "gives the nodes a policy of its own" };
    }
  },
};
