/** An account with one resource of every type, in the order in which they can be made. */
import { AwsModel, type AwsModelOptions } from "../../sandbox/providers/aws/model";
import { type Props, reveal } from "../../sandbox/providers/service";

/** Ids and outputs of what was made before, by logical name. */
export type Made = Record<string, { readonly id: string; readonly outputs: Props }>;

/** One resource of the world. */
export interface Fixture {
  readonly type: string;
  readonly name: string;
  /** The least that AWS takes. */
  readonly inputs: (made: Made) => Props;
  /** Form of the id. */
  readonly id: RegExp;
  /** Form of the ARN, for types that have one. */
  readonly arn?: RegExp;
}

/** The account of the tests. */
export const accountId = "123456789012";

const hex17 = "[0-9a-f]{17}";
const uuid = "[0-9a-f]{8}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{12}";
const regional = (service: string, rest: string): RegExp =>
  new RegExp(`^arn:aws:${service}:sa-east-1:${accountId}:${rest}$`);
const iam = (rest: string): RegExp => new RegExp(`^arn:aws:iam::${accountId}:${rest}$`);
const id = (made: Made, name: string): string => made[name]?.id ?? "";
const arnOf = (made: Made, name: string): string => String(made[name]?.outputs["arn"]);
const trust = JSON.stringify({ Version: "2012-10-17", Statement: [] });
const subnets = (made: Made): string[] => [id(made, "subnet-a"), id(made, "subnet-b")];
const inCluster = { clusterName: "example" };
const principalArn = `arn:aws:iam::${accountId}:role/admin`;

const ec2 = (
  type: string,
  name: string,
  prefix: string,
  kind: string,
  inputs: Fixture["inputs"],
): Fixture => ({
  type,
  name,
  inputs,
  id: new RegExp(`^${prefix}-${hex17}$`),
  arn: regional("ec2", `${kind}/${prefix}-${hex17}`),
});
const plain = (
  type: string,
  name: string,
  formOfId: RegExp,
  inputs: Fixture["inputs"],
  arn?: RegExp,
): Fixture => ({ type, name, inputs, id: formOfId, arn });
const setting = (type: string, name: string, rest: Props = {}): Fixture =>
  plain(type, name, /^files$/, () => ({ bucket: "files", ...rest }));

/** One of every type; some twice. */
export const fixtures: readonly Fixture[] = [
  ec2("aws:ec2/vpc:Vpc", "vpc", "vpc", "vpc", () => ({ cidrBlock: "10.0.0.0/16" })),
  ...["a", "b"].map((zone, index) =>
    ec2("aws:ec2/subnet:Subnet", `subnet-${zone}`, "subnet", "subnet", (made) => ({
      vpcId: id(made, "vpc"),
      cidrBlock: `10.0.${index}.0/24`,
      availabilityZone: `sa-east-1${zone}`,
    })),
  ),
  ec2("aws:ec2/internetGateway:InternetGateway", "igw", "igw", "internet-gateway", (made) => ({
    vpcId: id(made, "vpc"),
  })),
  ec2("aws:ec2/eip:Eip", "eip", "eipalloc", "elastic-ip", () => ({ domain: "vpc" })),
  plain("aws:ec2/natGateway:NatGateway", "nat", new RegExp(`^nat-${hex17}$`), (made) => ({
    subnetId: id(made, "subnet-a"),
    allocationId: id(made, "eip"),
  })),
  ec2("aws:ec2/routeTable:RouteTable", "table", "rtb", "route-table", (made) => ({
    vpcId: id(made, "vpc"),
  })),
  plain("aws:ec2/route:Route", "route", /^r-rtb-[0-9a-f]{17}[0-9a-f]{10}$/, (made) => ({
    routeTableId: id(made, "table"),
    destinationCidrBlock: "0.0.0.0/0",
    gatewayId: id(made, "igw"),
  })),
  plain(
    "aws:ec2/routeTableAssociation:RouteTableAssociation",
    "association",
    new RegExp(`^rtbassoc-${hex17}$`),
    (made) => ({ routeTableId: id(made, "table"), subnetId: id(made, "subnet-a") }),
  ),
  ec2("aws:ec2/securityGroup:SecurityGroup", "group", "sg", "security-group", (made) => ({
    vpcId: id(made, "vpc"),
  })),
  ec2("aws:ec2/securityGroup:SecurityGroup", "clients", "sg", "security-group", (made) => ({
    vpcId: id(made, "vpc"),
  })),
  plain(
    "aws:vpc/securityGroupIngressRule:SecurityGroupIngressRule",
    "ingress",
    new RegExp(`^sgr-${hex17}$`),
    (made) => ({
      securityGroupId: id(made, "group"),
      referencedSecurityGroupId: id(made, "clients"),
      ipProtocol: "tcp",
      fromPort: 5432,
      toPort: 5432,
    }),
    regional("ec2", `security-group-rule/sgr-${hex17}`),
  ),
  plain(
    "aws:vpc/securityGroupEgressRule:SecurityGroupEgressRule",
    "egress",
    new RegExp(`^sgr-${hex17}$`),
    (made) => ({ securityGroupId: id(made, "group"), cidrIpv4: "0.0.0.0/0", ipProtocol: "-1" }),
  ),
  plain("aws:ec2/securityGroupRule:SecurityGroupRule", "old-rule", /^sgrule-\d+$/, (made) => ({
    type: "ingress",
    fromPort: 443,
    toPort: 443,
    protocol: "tcp",
    securityGroupId: id(made, "group"),
    cidrBlocks: ["10.0.0.0/16"],
  })),
  plain(
    "aws:ec2/defaultSecurityGroup:DefaultSecurityGroup",
    "default-group",
    new RegExp(`^sg-${hex17}$`),
    (made) => ({ vpcId: id(made, "vpc") }),
  ),
  plain(
    "aws:ec2/defaultNetworkAcl:DefaultNetworkAcl",
    "acl",
    new RegExp(`^acl-${hex17}$`),
    (made) => ({ defaultNetworkAclId: made["vpc"]?.outputs["defaultNetworkAclId"] }),
  ),
  ec2("aws:ec2/vpcEndpoint:VpcEndpoint", "endpoint", "vpce", "vpc-endpoint", (made) => ({
    vpcId: id(made, "vpc"),
    serviceName: "com.amazonaws.sa-east-1.ecr.api",
    subnetIds: subnets(made),
    securityGroupIds: [id(made, "group")],
  })),
  plain(
    "aws:ec2/vpcEndpointRouteTableAssociation:VpcEndpointRouteTableAssociation",
    "endpoint-association",
    new RegExp(`^a-vpce-${hex17}[0-9a-f]{10}$`),
    (made) => ({ vpcEndpointId: id(made, "endpoint"), routeTableId: id(made, "table") }),
  ),
  plain(
    "aws:kms/key:Key",
    "key",
    new RegExp(`^${uuid}$`),
    () => ({}),
    regional("kms", `key/${uuid}`),
  ),
  plain(
    "aws:kms/alias:Alias",
    "alias",
    /^alias\/example$/,
    (made) => ({ name: "alias/example", targetKeyId: id(made, "key") }),
    regional("kms", "alias/example"),
  ),
  plain(
    "aws:cloudwatch/logGroup:LogGroup",
    "logs",
    /^\/example$/,
    (made) => ({ name: "/example", kmsKeyId: arnOf(made, "key") }),
    regional("logs", "log-group:/example"),
  ),
  plain(
    "aws:iam/role:Role",
    "role",
    /^example$/,
    () => ({ name: "example", assumeRolePolicy: trust }),
    iam("role/example"),
  ),
  plain(
    "aws:iam/policy:Policy",
    "policy",
    iam("policy/example"),
    () => ({ name: "example", policy: trust }),
    iam("policy/example"),
  ),
  plain("aws:iam/rolePolicy:RolePolicy", "role-policy", /^example:inline$/, () => ({
    role: "example",
    name: "inline",
    policy: trust,
  })),
  plain(
    "aws:iam/rolePolicyAttachment:RolePolicyAttachment",
    "attachment",
    /^example\/arn:aws:iam::\d{12}:policy\/example$/,
    (made) => ({ role: "example", policyArn: arnOf(made, "policy") }),
  ),
  plain(
    "aws:iam/instanceProfile:InstanceProfile",
    "profile",
    /^example$/,
    () => ({ name: "example", role: "example" }),
    iam("instance-profile/example"),
  ),
  plain(
    "aws:iam/openIdConnectProvider:OpenIdConnectProvider",
    "oidc",
    iam("oidc-provider/oidc\\.example\\.com"),
    () => ({ url: "https://oidc.example.com", clientIdLists: ["sts.amazonaws.com"] }),
    iam("oidc-provider/oidc\\.example\\.com"),
  ),
  ec2("aws:ec2/flowLog:FlowLog", "flow", "fl", "vpc-flow-log", (made) => ({
    vpcId: id(made, "vpc"),
    trafficType: "ALL",
    logDestination: arnOf(made, "logs"),
    iamRoleArn: arnOf(made, "role"),
  })),
  ec2("aws:ec2/launchTemplate:LaunchTemplate", "template", "lt", "launch-template", (made) => ({
    vpcSecurityGroupIds: [id(made, "group")],
  })),
  plain(
    "aws:eks/cluster:Cluster",
    "cluster",
    /^example$/,
    (made) => ({
      name: "example",
      roleArn: arnOf(made, "role"),
      vpcConfig: { subnetIds: subnets(made) },
    }),
    regional("eks", "cluster/example"),
  ),
  plain(
    "aws:eks/nodeGroup:NodeGroup",
    "nodes",
    /^example:system-[0-9a-f]{26}$/,
    (made) => ({
      ...inCluster,
      nodeGroupNamePrefix: "system-",
      nodeRoleArn: arnOf(made, "role"),
      subnetIds: subnets(made),
      scalingConfig: { minSize: 1, desiredSize: 2, maxSize: 3 },
      instanceTypes: ["m7i.large", "m6i.large"],
      launchTemplate: { id: id(made, "template"), version: "1" },
    }),
    regional("eks", "nodegroup/example/system-[0-9a-f]{26}/[0-9a-f]{8}"),
  ),
  plain(
    "aws:autoscaling/tag:Tag",
    "scaling-tag",
    /^eks-system-[0-9a-f]{26}-[0-9a-f]{8},owner$/,
    (made) => {
      const resources = made["nodes"]?.outputs["resources"] as {
        autoscalingGroups: { name: string }[];
      }[];
      return {
        autoscalingGroupName: resources[0]?.autoscalingGroups[0]?.name,
        tag: { key: "owner", value: "test", propagateAtLaunch: false },
      };
    },
  ),
  plain(
    "aws:eks/addon:Addon",
    "addon",
    /^example:coredns$/,
    () => ({ ...inCluster, addonName: "coredns" }),
    regional("eks", "addon/example/coredns/[0-9a-f]{8}"),
  ),
  plain(
    "aws:eks/accessEntry:AccessEntry",
    "entry",
    /^example:arn:aws:iam::\d{12}:role\/admin$/,
    () => ({ ...inCluster, principalArn }),
  ),
  plain(
    "aws:eks/accessPolicyAssociation:AccessPolicyAssociation",
    "entry-policy",
    /^example#arn:aws:iam::\d{12}:role\/admin#arn:aws:eks::aws:.*$/,
    () => ({
      ...inCluster,
      principalArn,
      policyArn: "arn:aws:eks::aws:cluster-access-policy/AmazonEKSViewPolicy",
      accessScope: { type: "cluster" },
    }),
  ),
  plain(
    "aws:eks/podIdentityAssociation:PodIdentityAssociation",
    "pod-identity",
    /^a-[0-9a-f]{17}$/,
    (made) => ({
      ...inCluster,
      namespace: "kube-system",
      serviceAccount: "aws-node",
      roleArn: arnOf(made, "role"),
    }),
  ),
  plain(
    "aws:rds/subnetGroup:SubnetGroup",
    "db-subnets",
    /^example$/,
    (made) => ({ name: "example", subnetIds: subnets(made) }),
    regional("rds", "subgrp:example"),
  ),
  plain(
    "aws:rds/parameterGroup:ParameterGroup",
    "db-parameters",
    /^example-17$/,
    () => ({ name: "example-17", family: "postgres17" }),
    regional("rds", "pg:example-17"),
  ),
  plain(
    "aws:rds/instance:Instance",
    "db",
    /^db-[0-9A-F]{26}$/,
    (made) => ({
      identifier: "example",
      engine: "postgres",
      engineVersion: "17.7",
      instanceClass: "db.t4g.medium",
      allocatedStorage: 20,
      manageMasterUserPassword: true,
      dbSubnetGroupName: "example",
      parameterGroupName: "example-17",
      vpcSecurityGroupIds: [id(made, "group")],
      finalSnapshotIdentifier: "example-final",
    }),
    regional("rds", "db:example"),
  ),
  plain("aws:rds/snapshotCopy:SnapshotCopy", "db-origin", /^example-origin$/, () => ({
    sourceDbSnapshotIdentifier: "arn:aws:rds:sa-east-1:999999999999:snapshot:shared",
    targetDbSnapshotIdentifier: "example-origin",
  })),
  plain(
    "aws:sns/topic:Topic",
    "topic",
    regional("sns", "example"),
    () => ({ name: "example" }),
    regional("sns", "example"),
  ),
  plain("aws:sns/topicPolicy:TopicPolicy", "topic-policy", regional("sns", "example"), (made) => ({
    arn: arnOf(made, "topic"),
    policy: trust,
  })),
  plain(
    "aws:sns/topicSubscription:TopicSubscription",
    "subscription",
    regional("sns", `example:${uuid}`),
    (made) => ({ topic: arnOf(made, "topic"), protocol: "email", endpoint: "a@example.com" }),
  ),
  plain(
    "aws:rds/eventSubscription:EventSubscription",
    "db-events",
    /^example$/,
    (made) => ({ name: "example", snsTopic: arnOf(made, "topic") }),
    regional("rds", "es:example"),
  ),
  plain(
    "aws:cloudwatch/metricAlarm:MetricAlarm",
    "alarm",
    /^example$/,
    (made) => ({
      name: "example",
      comparisonOperator: "GreaterThanThreshold",
      evaluationPeriods: 1,
      alarmActions: [arnOf(made, "topic")],
    }),
    regional("cloudwatch", "alarm:example"),
  ),
  plain(
    "aws:elasticache/subnetGroup:SubnetGroup",
    "cache-subnets",
    /^example$/,
    (made) => ({ name: "example", subnetIds: subnets(made) }),
    regional("elasticache", "subnetgroup:example"),
  ),
  plain(
    "aws:elasticache/parameterGroup:ParameterGroup",
    "cache-parameters",
    /^example$/,
    () => ({ name: "example", family: "valkey8" }),
    regional("elasticache", "parametergroup:example"),
  ),
  plain(
    "aws:elasticache/user:User",
    "cache-user",
    /^app$/,
    () => ({
      userId: "app",
      userName: "app",
      engine: "valkey",
      accessString: "on ~* +@all",
      passwords: ["correct-horse-battery"],
    }),
    regional("elasticache", "user:app"),
  ),
  plain(
    "aws:elasticache/userGroup:UserGroup",
    "cache-users",
    /^apps$/,
    () => ({ userGroupId: "apps", engine: "valkey", userIds: ["app"] }),
    regional("elasticache", "usergroup:apps"),
  ),
  plain(
    "aws:elasticache/replicationGroup:ReplicationGroup",
    "cache",
    /^example$/,
    (made) => ({
      replicationGroupId: "example",
      description: "test",
      subnetGroupName: "example",
      parameterGroupName: "example",
      securityGroupIds: [id(made, "group")],
      transitEncryptionEnabled: true,
      authToken: "0123456789abcdef-token",
      numCacheClusters: 2,
    }),
    regional("elasticache", "replicationgroup:example"),
  ),
  plain(
    "aws:secretsmanager/secret:Secret",
    "secret",
    regional("secretsmanager", "secret:example-[0-9A-Za-z]{6}"),
    (made) => ({ name: "example", kmsKeyId: arnOf(made, "key") }),
    regional("secretsmanager", "secret:example-[0-9A-Za-z]{6}"),
  ),
  plain(
    "aws:secretsmanager/secretVersion:SecretVersion",
    "secret-value",
    /^arn:aws:secretsmanager:.*\|terraform-[0-9a-f-]{36}$/,
    (made) => ({ secretId: id(made, "secret"), secretString: "plain-text-password" }),
  ),
  plain("aws:secretsmanager/secretPolicy:SecretPolicy", "secret-policy", /^arn:/, (made) => ({
    secretArn: id(made, "secret"),
    policy: trust,
  })),
  plain("aws:secretsmanager/secretRotation:SecretRotation", "rotation", /^arn:/, (made) => ({
    secretId: id(made, "secret"),
  })),
  plain(
    "aws:backup/vault:Vault",
    "vault",
    /^example$/,
    (made) => ({ name: "example", kmsKeyArn: arnOf(made, "key") }),
    regional("backup", "backup-vault:example"),
  ),
  plain(
    "aws:backup/plan:Plan",
    "plan",
    new RegExp(`^${uuid}$`),
    () => ({ name: "example", rules: [{ ruleName: "daily", targetVaultName: "example" }] }),
    regional("backup", `backup-plan:${uuid}`),
  ),
  plain("aws:backup/selection:Selection", "selection", new RegExp(`^${uuid}$`), (made) => ({
    name: "example",
    planId: id(made, "plan"),
    iamRoleArn: arnOf(made, "role"),
  })),
  plain(
    "aws:s3/bucket:Bucket",
    "bucket",
    /^files$/,
    () => ({ bucket: "files" }),
    /^arn:aws:s3:::files$/,
  ),
  setting("aws:s3/bucketPublicAccessBlock:BucketPublicAccessBlock", "bucket-access"),
  setting("aws:s3/bucketVersioning:BucketVersioning", "bucket-versions", {
    versioningConfiguration: { status: "Enabled" },
  }),
  setting(
    "aws:s3/bucketServerSideEncryptionConfiguration:BucketServerSideEncryptionConfiguration",
    "bucket-encryption",
    { rules: [{ applyServerSideEncryptionByDefault: { sseAlgorithm: "aws:kms" } }] },
  ),
  setting("aws:s3/bucketLifecycleConfiguration:BucketLifecycleConfiguration", "bucket-lifecycle"),
  setting("aws:s3/bucketOwnershipControls:BucketOwnershipControls", "bucket-owner", {
    rule: { objectOwnership: "BucketOwnerEnforced" },
  }),
  setting("aws:s3/bucketPolicy:BucketPolicy", "bucket-policy", { policy: trust }),
  plain(
    "aws:ecr/repository:Repository",
    "repository",
    /^example$/,
    () => ({ name: "example" }),
    regional("ecr", "repository/example"),
  ),
  plain("aws:ecr/lifecyclePolicy:LifecyclePolicy", "repository-policy", /^example$/, () => ({
    repository: "example",
    policy: "{}",
  })),
  plain(
    "aws:route53/zone:Zone",
    "zone",
    /^Z[0-9A-F]{20}$/,
    () => ({ name: "example.com" }),
    /^arn:aws:route53:::hostedzone\/Z[0-9A-F]{20}$/,
  ),
  plain("aws:route53/record:Record", "record", /^Z[0-9A-F]{20}_www_A$/, (made) => ({
    zoneId: id(made, "zone"),
    name: "www",
    type: "A",
    ttl: 300,
    records: ["192.0.2.1"],
  })),
  plain(
    "aws:acm/certificate:Certificate",
    "certificate",
    regional("acm", `certificate/${uuid}`),
    () => ({ domainName: "*.example.com", validationMethod: "DNS" }),
    regional("acm", `certificate/${uuid}`),
  ),
  plain(
    "aws:acm/certificateValidation:CertificateValidation",
    "validation",
    /^\d{4}-\d\d-\d\dT/,
    (made) => ({ certificateArn: arnOf(made, "certificate") }),
  ),
];

/** Drives a model as the engine does. */
export class World {
  readonly made: Made = {};
  readonly signal = new AbortController().signal;

  private constructor(readonly model: AwsModel) {}

  /** An empty account in sa-east-1. */
  static async empty(options: AwsModelOptions, config: Props = {}): Promise<World> {
    const world = new World(new AwsModel({ accountId, ...options }));
    await world.model.configure({ region: "sa-east-1", ...config });
    return world;
  }

  /** The account with every fixture, or those up to the named one. */
  static async full(options: AwsModelOptions, until?: string): Promise<World> {
    const world = await World.empty(options);
    for (const { type, name, inputs } of fixtures) {
      await world.create(type, name, inputs(world.made));
      if (name === until) break;
    }
    return world;
  }

  urn(type: string, name: string): string {
    return `urn:pulumi:test::example::${type}::${name}`;
  }

  /** Check, then create, as the engine does. */
  async create(
    type: string,
    name: string,
    news: Props,
    signal = this.signal,
  ): Promise<{ id: string; outputs: Props }> {
    const inputs = await this.check(type, name, news);
    const urn = this.urn(type, name);
    const request = { urn, type, inputs, timeoutSeconds: 0, signal, preview: false };
    const { id, outputs } = await this.model.create(request);
    const made = { id, outputs: reveal(outputs) as Props };
    this.made[name] = made;
    return made;
  }

  async check(type: string, name: string, news: Props): Promise<Props> {
    const randomSeed = Buffer.from(name);
    const request = { urn: this.urn(type, name), type, olds: {}, news, randomSeed };
    const { inputs, failures } = await this.model.check(request);
    if (failures.length > 0) throw new Error(JSON.stringify(failures));
    return inputs;
  }

  async diff(type: string, name: string, oldInputs: Props, news: Props) {
    const { id, outputs } = this.made[name] ?? { id: "none", outputs: { tagsAll: {} } };
    const urn = this.urn(type, name);
    return await this.model.diff({ id, urn, type, oldInputs, olds: outputs, news });
  }

  async update(type: string, name: string, news: Props): Promise<Props> {
    const { id = "", outputs: olds = {} } = this.made[name] ?? {};
    const request = { id, urn: this.urn(type, name), type, olds, news };
    const { outputs } = await this.model.update({
      ...request,
      preview: false,
      signal: this.signal,
    });
    return reveal(outputs) as Props;
  }

  async delete(type: string, name: string): Promise<void> {
    const { id = "" } = this.made[name] ?? {};
    await this.model.delete({ id, urn: this.urn(type, name), type, signal: this.signal });
  }
}
