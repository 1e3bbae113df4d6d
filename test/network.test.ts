import assert from "node:assert/strict";

import { Provider } from "@pulumi/aws/provider";
import * as pulumi from "@pulumi/pulumi";

import { Network, type NetworkArgs } from "../components/network/network";
import { type RecordedProgram, valueOf, withMocks } from "./support/program";

const zones = ["sa-east-1a", "sa-east-1b", "sa-east-1c"];

const args: NetworkArgs = {
  vpcCidr: "10.40.0.0/16",
  availabilityZones: zones,
  natGateways: "perZone",
  gatewayEndpoints: ["s3"],
  interfaceEndpoints: ["ecr.api", "sts"],
  flowLogs: { retentionDays: 365 },
  region: "sa-east-1",
  accountId: "123456789012",
  clusterName: "dtem-prod",
  deletionProtection: true,
};

const build = (overrides: Partial<NetworkArgs> = {}, preview = false) =>
  withMocks(
    () =>
      new Network(
        "network",
        { ...args, ...overrides },
        { providers: { aws: new Provider("aws", {}) } },
      ),
    { preview },
  );

const json = (value: unknown): unknown => JSON.parse(value as string);

describe("Network", () => {
  let program: RecordedProgram<Network>;
  /** The other branch of every choice: one NAT gateway, no endpoints, a given key, unprotected. */
  let variant: RecordedProgram<Network>;
  before(async () => {
    program = await build();
    variant = await build({
      natGateways: "single",
      gatewayEndpoints: [],
      interfaceEndpoints: [],
      logKeyArn: pulumi.output("arn:aws:kms:sa-east-1:123456789012:key/given"),
      deletionProtection: false,
    });
  });

  it("makes exactly these resources", () => {
    const counts: Record<string, number> = {};
    for (const { type } of program.resources) counts[type] = (counts[type] ?? 0) + 1;
    assert.deepEqual(counts, {
      "pulumi:providers:aws": 1,
      "dtem:network:Network": 1,
      "dtem:network:NatEgress": 1,
      "dtem:network:VpcEndpoints": 1,
      "dtem:network:FlowLogs": 1,
      "aws:ec2/vpc:Vpc": 1,
      "aws:ec2/defaultSecurityGroup:DefaultSecurityGroup": 1,
      "aws:ec2/subnet:Subnet": 9,
      "aws:ec2/internetGateway:InternetGateway": 1,
      "aws:ec2/eip:Eip": 3,
      "aws:ec2/natGateway:NatGateway": 3,
      "aws:ec2/routeTable:RouteTable": 5,
      "aws:ec2/route:Route": 4,
      "aws:ec2/routeTableAssociation:RouteTableAssociation": 9,
      "aws:ec2/vpcEndpoint:VpcEndpoint": 3,
      "aws:ec2/securityGroup:SecurityGroup": 1,
      "aws:vpc/securityGroupIngressRule:SecurityGroupIngressRule": 1,
      "aws:ec2/flowLog:FlowLog": 1,
      "aws:cloudwatch/logGroup:LogGroup": 1,
      "aws:kms/key:Key": 1,
      "aws:kms/alias:Alias": 1,
      "aws:iam/role:Role": 1,
      "aws:iam/rolePolicy:RolePolicy": 1,
    });
  });

  it("makes the same resources in a preview with unknown outputs", async () => {
    const names = (of: RecordedProgram<unknown>) => of.resources.map((each) => each.name).sort();
    assert.deepEqual(names(await build({}, true)), names(program));
  });

  it("serves every resource by the explicit provider", () => {
    for (const resource of program.resources.filter((each) => each.custom)) {
      if (resource.type.startsWith("pulumi:providers:")) continue;
      assert.equal(resource.provider, "aws", resource.name);
      assert.notEqual(resource.parent, "dtem-dev", resource.name);
    }
  });

  it("turns on DNS in the VPC and empties the default security group", () => {
    assert.deepEqual(program.get("network-vpc").inputs, {
      cidrBlock: "10.40.0.0/16",
      enableDnsSupport: true,
      enableDnsHostnames: true,
      tags: { Name: "dtem-prod-vpc" },
    });
    assert.deepEqual(program.get("network-default-security-group").inputs, {
      vpcId: "vpc-network-vpc",
      ingress: [],
      egress: [],
      tags: { Name: "dtem-prod-default-unused" },
    });
  });

  it("tags public and private subnets for load balancers and the cluster, database subnets not", () => {
    const tagsOf = (tier: string) => program.get(`network-${tier}-sa-east-1b`).inputs.tags;
    assert.deepEqual(tagsOf("public"), {
      Name: "dtem-prod-public-sa-east-1b",
      "kubernetes.io/role/elb": "1",
      "kubernetes.io/cluster/dtem-prod": "shared",
    });
    assert.deepEqual(tagsOf("private"), {
      Name: "dtem-prod-private-sa-east-1b",
      "kubernetes.io/role/internal-elb": "1",
      "kubernetes.io/cluster/dtem-prod": "shared",
    });
    assert.deepEqual(tagsOf("database"), { Name: "dtem-prod-database-sa-east-1b" });
    for (const subnet of program.ofType("aws:ec2/subnet:Subnet")) {
      assert.equal(subnet.inputs.mapPublicIpOnLaunch, false);
    }
  });

  it("returns the subnets in the order of the zones", async () => {
    const idsOf = (tier: string) => zones.map((zone) => `subnet-network-${tier}-${zone}`);
    assert.deepEqual(await valueOf(program.result.publicSubnetIds), idsOf("public"));
    assert.deepEqual(await valueOf(program.result.privateSubnetIds), idsOf("private"));
    assert.deepEqual(await valueOf(program.result.databaseSubnetIds), idsOf("database"));
  });

  it("routes each private subnet to the NAT gateway of its own zone", () => {
    for (const zone of zones) {
      assert.deepEqual(program.get(`network-egress-default-route-${zone}`).inputs, {
        routeTableId: `network-egress-routes-${zone}-id`,
        destinationCidrBlock: "0.0.0.0/0",
        natGatewayId: `network-egress-nat-${zone}-id`,
      });
      assert.deepEqual(program.get(`network-egress-association-${zone}`).inputs, {
        subnetId: `subnet-network-private-${zone}`,
        routeTableId: `network-egress-routes-${zone}-id`,
      });
      const gateway = program.get(`network-egress-nat-${zone}`).inputs;
      assert.equal(gateway.subnetId, `subnet-network-public-${zone}`);
      assert.equal(gateway.allocationId, `eipalloc-network-egress-address-${zone}`);
    }
  });

  it("keeps a route table a zone with a single NAT gateway", () => {
    assert.deepEqual(variant.names("aws:ec2/natGateway:NatGateway"), [
      "network-egress-nat-sa-east-1a",
    ]);
    assert.deepEqual(variant.names("aws:ec2/eip:Eip"), ["network-egress-address-sa-east-1a"]);
    for (const zone of zones) {
      const route = variant.get(`network-egress-default-route-${zone}`).inputs;
      assert.equal(route.routeTableId, `network-egress-routes-${zone}-id`);
      assert.equal(route.natGatewayId, "network-egress-nat-sa-east-1a-id");
    }
  });

  it("gives the databases no route: none but three default routes and the public one exist", () => {
    assert.deepEqual(program.names("aws:ec2/route:Route"), [
      ...zones.map((zone) => `network-egress-default-route-${zone}`),
      "network-public-internet",
    ]);
    for (const route of program.ofType("aws:ec2/route:Route")) {
      assert.notEqual(route.inputs.routeTableId, "network-database-routes-id");
    }
    for (const zone of zones) {
      assert.equal(
        program.get(`network-database-${zone}-routes-association`).inputs.routeTableId,
        "network-database-routes-id",
      );
    }
  });

  it("puts the S3 gateway on private and database route tables", () => {
    assert.deepEqual(program.get("network-endpoints-s3").inputs, {
      vpcId: "vpc-network-vpc",
      serviceName: "com.amazonaws.sa-east-1.s3",
      vpcEndpointType: "Gateway",
      routeTableIds: [
        ...zones.map((zone) => `network-egress-routes-${zone}-id`),
        "network-database-routes-id",
      ],
      tags: { Name: "dtem-prod-s3" },
    });
  });

  it("puts interface endpoints into private subnets, open to HTTPS from the VPC alone", () => {
    assert.deepEqual(program.get("network-endpoints-ecr.api").inputs, {
      vpcId: "vpc-network-vpc",
      serviceName: "com.amazonaws.sa-east-1.ecr.api",
      vpcEndpointType: "Interface",
      privateDnsEnabled: true,
      subnetIds: zones.map((zone) => `subnet-network-private-${zone}`),
      securityGroupIds: ["sg-network-endpoints-security-group"],
      tags: { Name: "dtem-prod-ecr.api" },
    });
    assert.deepEqual(program.get("network-endpoints-https-from-vpc").inputs, {
      securityGroupId: "sg-network-endpoints-security-group",
      description: "HTTPS from the VPC",
      cidrIpv4: "10.40.0.0/16",
      ipProtocol: "tcp",
      fromPort: 443,
      toPort: 443,
    });
  });

  it("makes no security group where there are no interface endpoints", () => {
    assert.deepEqual(variant.ofType("aws:ec2/securityGroup:SecurityGroup"), []);
    assert.deepEqual(variant.ofType("aws:ec2/vpcEndpoint:VpcEndpoint"), []);
  });

  it("writes flow logs of all traffic to an encrypted group with retention", () => {
    const group = program.get("network-flow-logs-log-group");
    assert.deepEqual(group.inputs, {
      name: "/aws/vpc/dtem-prod/flow-logs",
      retentionInDays: 365,
      kmsKeyId: "arn:aws:kms:sa-east-1:123456789012:key/network-flow-logs-key",
    });
    const flowLog = program.get("network-flow-logs-vpc").inputs;
    assert.equal(flowLog.trafficType, "ALL");
    assert.equal(flowLog.vpcId, "vpc-network-vpc");
    assert.equal(
      flowLog.logDestination,
      "arn:aws:logs:sa-east-1:123456789012:log-group:/aws/vpc/dtem-prod/flow-logs",
    );
    assert.ok(program.waitsFor("network-flow-logs-vpc", "network-flow-logs-role-policy"));
  });

  it("lets the flow logs' role write to that group only, for this account only", () => {
    const arn = "arn:aws:logs:sa-east-1:123456789012:log-group:/aws/vpc/dtem-prod/flow-logs";
    assert.deepEqual(json(program.get("network-flow-logs-role-policy").inputs.policy), {
      Version: "2012-10-17",
      Statement: [
        {
          Effect: "Allow",
          Action: ["logs:CreateLogStream", "logs:DescribeLogStreams", "logs:PutLogEvents"],
          Resource: [arn, `${arn}:*`],
        },
        { Effect: "Allow", Action: "logs:DescribeLogGroups", Resource: "*" },
      ],
    });
    assert.deepEqual(json(program.get("network-flow-logs-role").inputs.assumeRolePolicy), {
      Version: "2012-10-17",
      Statement: [
        {
          Effect: "Allow",
          Principal: { Service: "vpc-flow-logs.amazonaws.com" },
          Action: "sts:AssumeRole",
          Condition: {
            StringEquals: { "aws:SourceAccount": "123456789012" },
            ArnLike: { "aws:SourceArn": "arn:aws:ec2:sa-east-1:123456789012:vpc-flow-log/*" },
          },
        },
      ],
    });
  });

  it("uses a given key for the flow logs and makes none then", () => {
    assert.deepEqual(variant.ofType("aws:kms/key:Key"), []);
    assert.equal(
      variant.get("network-flow-logs-log-group").inputs.kmsKeyId,
      "arn:aws:kms:sa-east-1:123456789012:key/given",
    );
  });

  it("protects what cannot be had back, and only with deletion protection", () => {
    const protectedNames = (of: RecordedProgram<unknown>) =>
      of.resources
        .filter((each) => each.protect)
        .map((each) => each.name)
        .sort();
    assert.deepEqual(protectedNames(program), [
      "network-egress-address-sa-east-1a",
      "network-egress-address-sa-east-1b",
      "network-egress-address-sa-east-1c",
      "network-flow-logs-key",
      "network-flow-logs-log-group",
      "network-vpc",
    ]);
    assert.deepEqual(protectedNames(variant), []);
  });

  it("takes NAT down before the internet route, and addresses with it", () => {
    for (const zone of zones) {
      assert.ok(program.waitsFor(`network-egress-nat-${zone}`, "network-public-internet"));
      assert.ok(program.waitsFor(`network-egress-address-${zone}`, "network-internet-gateway"));
    }
  });

  it("refuses zones that do not fit before it makes anything", async () => {
    await assert.rejects(build({ availabilityZones: ["sa-east-1a"] }), /got 1, need 2 or 3/);
  });
});
