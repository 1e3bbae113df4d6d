/**
 * Computed outputs of the cloud resources that the program reads: what AWS would answer, per type.
 *
 * The ids and ARNs are in AWS's forms and derive from the logical name, so that a test can tell
 * which resource a value came from.
 */

const region = "sa-east-1";
const accountId = "123456789012";

type Props = Record<string, unknown>;
type Reply = (name: string, inputs: Props) => Props;

const arn = (service: string, resource: string, area = region): string =>
  `arn:aws:${service}:${area}:${accountId}:${resource}`;

const text = (value: unknown, fallback: string): string =>
  typeof value === "string" ? value : fallback;

const replies: Readonly<Record<string, Reply>> = {
  "aws:ec2/vpc:Vpc": (name) => ({
    id: `vpc-${name}`,
    defaultSecurityGroupId: `sg-${name}-default`,
  }),
  "aws:ec2/subnet:Subnet": (name) => ({ id: `subnet-${name}` }),
  "aws:ec2/securityGroup:SecurityGroup": (name) => ({ id: `sg-${name}` }),
  "aws:ec2/eip:Eip": (name) => ({ id: `eipalloc-${name}` }),
  "aws:ec2/launchTemplate:LaunchTemplate": (name) => ({ id: `lt-${name}`, latestVersion: 7 }),
  "aws:iam/role:Role": (name) => ({
    id: `${name}-0123456`,
    name: `${name}-0123456`,
    arn: arn("iam", `role/${name}`, ""),
  }),
  "aws:iam/policy:Policy": (name) => ({
    id: arn("iam", `policy/${name}`, ""),
    arn: arn("iam", `policy/${name}`, ""),
  }),
  "aws:kms/key:Key": (name) => ({
    id: `key-${name}`,
    keyId: `key-${name}`,
    arn: arn("kms", `key/${name}`),
  }),
  "aws:kms/alias:Alias": (name, inputs) => ({
    arn: arn("kms", text(inputs.name, `alias/${name}`)),
  }),
  "aws:cloudwatch/logGroup:LogGroup": (name, inputs) => ({
    id: text(inputs.name, name),
    arn: arn("logs", `log-group:${text(inputs.name, name)}`),
  }),
  "aws:eks/nodeGroup:NodeGroup": (name) => ({
    arn: arn("eks", `nodegroup/${name}`),
    resources: [{ autoscalingGroups: [{ name: `eks-${name}-asg` }] }],
  }),
  "aws:eks/addon:Addon": (name) => ({ arn: arn("eks", `addon/${name}`) }),
  "aws:eks/podIdentityAssociation:PodIdentityAssociation": (name) => ({
    associationArn: arn("eks", `podidentityassociation/${name}`),
  }),
  "aws:sns/topic:Topic": (name, inputs) => ({ arn: arn("sns", text(inputs.name, name)) }),
  "aws:rds/instance:Instance": (name, inputs) => {
    const identifier = text(inputs.identifier, name);
    return {
      id: `db-${identifier}`,
      arn: arn("rds", `db:${identifier}`),
      address: `${identifier}.abcdefghijkl.${region}.rds.amazonaws.com`,
      endpoint: `${identifier}.abcdefghijkl.${region}.rds.amazonaws.com:5432`,
      port: 5432,
      masterUserSecrets: [
        { secretArn: arn("secretsmanager", `secret:rds!db-${identifier}`), secretStatus: "active" },
      ],
    };
  },
  "aws:elasticache/replicationGroup:ReplicationGroup": (name, inputs) => {
    const id = text(inputs.replicationGroupId, name);
    return {
      id,
      arn: arn("elasticache", `replicationgroup:${id}`),
      primaryEndpointAddress: `master.${id}.abcdef.sae1.cache.amazonaws.com`,
      readerEndpointAddress: `replica.${id}.abcdef.sae1.cache.amazonaws.com`,
      memberClusters: [`${id}-001`],
    };
  },
  "aws:secretsmanager/secret:Secret": (name, inputs) => ({
    arn: arn("secretsmanager", `secret:${text(inputs.name, name)}-AbCdEf`),
  }),
  "random:index/randomPassword:RandomPassword": (name) => ({ result: `password-of-${name}` }),
  "eks:index:Cluster": (name, inputs) => {
    const cluster = text(inputs.name, name);
    const endpoint = `https://0123456789ABCDEF.gr7.${region}.eks.amazonaws.com`;
    return {
      clusterSecurityGroupId: `sg-eks-${cluster}`,
      kubeconfigJson: JSON.stringify({
        clusters: [{ name: cluster, cluster: { server: endpoint } }],
      }),
      core: { endpoint, subnetIds: inputs.subnetIds ?? [], instanceRoles: [] },
    };
  },
};

/** Outputs that a created resource has beyond its inputs; an empty bag where nobody reads any. */
export function cloudState(type: string, name: string, inputs: Props): Props {
  return replies[type]?.(name, inputs) ?? {};
}
