/** The stand-in for pulumi-eks: what it makes, refuses and answers, without an engine. */
import assert from "node:assert/strict";

import * as grpc from "@grpc/grpc-js";
import type { ClusterArgs } from "@pulumi/eks/cluster";
import { ResourceProviderClient } from "@pulumi/pulumi/proto/provider_grpc_pb";
import { CallRequest, ConstructRequest } from "@pulumi/pulumi/proto/provider_pb";

import { Cluster } from "../../sandbox/providers/eks/cluster";
import { checkClusterArgs } from "../../sandbox/providers/eks/cluster-checks";
import { cniConfiguration } from "../../sandbox/providers/eks/cni-configuration";
import { kubeconfig } from "../../sandbox/providers/eks/kubeconfig";
import { serveEks } from "../../sandbox/providers/eks/serve";
import { type RecordedProgram, withMocks } from "../support/program";

/** Accepted by the real component and by this one. */
const accepted: ClusterArgs = {
  name: "example",
  version: "1.35",
  authenticationMode: "API",
  vpcId: "vpc-1",
  subnetIds: ["subnet-1", "subnet-2"],
  skipDefaultNodeGroup: true,
  skipDefaultSecurityGroups: true,
  vpcCniOptions: { addonVersion: "v1.22.4-eksbuild.3" },
  kubeProxyAddonOptions: { version: "v1.35.3-eksbuild.29" },
};

/** Registers the component with its children. */
async function make(change: Partial<ClusterArgs> = {}): Promise<RecordedProgram<Cluster>> {
  return await withMocks(() => new Cluster("c", { ...accepted, ...change }, {}), {
    resources: {
      "aws:eks/cluster:Cluster": () => ({
        id: "example",
        arn: "arn:aws:eks:sa-east-1:123456789012:cluster/example",
        endpoint: "https://example",
        certificateAuthority: { data: "Y2E=" },
        identities: [{ oidcs: [{ issuer: "https://oidc.example.com/id/1" }] }],
      }),
    },
    calls: { "aws:index/getPartition:getPartition": () => ({ partition: "aws" }) },
  });
}

/** `type name` of all children, without the namespaces of the types. */
function children(program: RecordedProgram<unknown>): string[] {
  return program.resources.map(({ type, name }) => `${type.split(":").at(-1)} ${name}`).sort();
}

const least = [
  "Addon c-kube-proxy",
  "Addon c-vpc-cni",
  "Cluster c",
  "Cluster c-eksCluster",
  "Role c-eksRole-role",
  "RolePolicyAttachment c-eksRole-4b490823",
  "ServiceRole c-eksRole",
  "VpcCniAddon c-vpc-cni",
  "kubernetes c-eks-k8s",
];

describe("eks stand-in: children", () => {
  it("are the fewest where everything is skipped", async () => {
    assert.deepEqual(children(await make()), least);
  });

  const more: readonly (readonly [what: string, change: Partial<ClusterArgs>, added: string[]])[] =
    [
      ["CoreDNS", { corednsAddonOptions: { enabled: true, version: "v1" } }, ["Addon c-coredns"]],
      [
        "CoreDNS, by its configuration values alone",
        { corednsAddonOptions: { enabled: false, version: "v1", configurationValues: { a: 1 } } },
        ["Addon c-coredns"],
      ],
      ["an OIDC provider", { createOidcProvider: true }, ["OpenIdConnectProvider c-oidcProvider"]],
      [
        "access entries",
        {
          accessEntries: {
            admin: {
              principalArn: "arn:aws:iam::123456789012:role/admin",
              accessPolicies: { all: { policyArn: "p", accessScope: { type: "cluster" } } },
            },
          },
        },
        ["AccessEntry c-admin", "AccessPolicyAssociation c-admin-all"],
      ],
      [
        "default security groups",
        { skipDefaultSecurityGroups: false },
        [
          "SecurityGroup c-eksClusterSecurityGroup",
          "SecurityGroup c-nodeSecurityGroup",
          "SecurityGroupRule c-eksClusterIngressRule",
          "SecurityGroupRule c-eksClusterInternetEgressRule",
          "SecurityGroupRule c-eksExtApiServerClusterIngressRule",
          "SecurityGroupRule c-eksNodeClusterIngressRule",
          "SecurityGroupRule c-eksNodeIngressRule",
          "SecurityGroupRule c-eksNodeInternetEgressRule",
        ],
      ],
    ];
  for (const [what, change, added] of more) {
    it(`are also ${what}, on request`, async () => {
      assert.deepEqual(children(await make(change)), [...least, ...added].sort());
    });
  }

  it("carry the inputs of the real component", async () => {
    const program = await make({ encryptionConfigKeyArn: "arn:key", deletionProtection: true });
    const [cluster] = program.ofType("aws:eks/cluster:Cluster");
    assert.deepEqual(cluster?.inputs["accessConfig"], {
      authenticationMode: "API",
      bootstrapClusterCreatorAdminPermissions: true,
    });
    assert.deepEqual(cluster?.inputs["encryptionConfig"], {
      provider: { keyArn: "arn:key" },
      resources: ["secrets"],
    });
    assert.equal(cluster?.inputs["bootstrapSelfManagedAddons"], true);
    assert.equal(cluster?.inputs["deletionProtection"], true);
    for (const addon of program.ofType("aws:eks/addon:Addon")) {
      assert.equal(addon.inputs["preserve"], true);
      assert.equal(addon.inputs["resolveConflictsOnCreate"], "OVERWRITE");
    }
  });
});

describe("eks stand-in: arguments", () => {
  const refused: readonly (readonly [change: Partial<ClusterArgs>, message: RegExp])[] = [
    [{ authenticationMode: "NONE" as never }, /^Invalid value for authenticationMode: NONE/],
    [{ instanceRoles: [{} as never] }, /'instanceRoles' property does not support non-empty/],
    [{ userMappings: [{} as never] }, /'userMappings' property does not support non-empty/],
    [
      { authenticationMode: undefined, accessEntries: {} },
      /'accessEntries' property is not supported when 'authenticationMode' is not set/,
    ],
    [
      { authenticationMode: "CONFIG_MAP", autoMode: { enabled: true } },
      /Access entries are required when using EKS Auto Mode/,
    ],
    [{ instanceRole: {} as never, instanceRoles: [] }, /mutually exclusive/],
    [{ privateSubnetIds: ["subnet-1"] }, /subnetIds, and the use of publicSubnetIds/],
    [{ nodeGroupOptions: {}, minSize: 1 }, /Setting nodeGroupOptions/],
    [{ authenticationMode: "CONFIG_MAP" }, /does not model authenticationMode other than API/],
    [{ skipDefaultNodeGroup: false }, /does not model the default node group/],
    [{ fargate: true }, /does not model fargate/],
    [{ vpcId: undefined }, /does not model the default VPC/],
  ];

  it("of this project are accepted", () => {
    checkClusterArgs(accepted);
    checkClusterArgs({ ...accepted, instanceRoles: [] });
  });

  it("are refused with the real component's words, or named as not modelled", () => {
    for (const [change, message] of refused) {
      assert.throws(() => checkClusterArgs({ ...accepted, ...change }), { message });
    }
  });
});

describe("eks stand-in: values", () => {
  it("configures the CNI by environment, below what is given explicitly", () => {
    const values = cniConfiguration({
      enableNetworkPolicy: true,
      logLevel: "INFO",
      configurationValues: { env: { AWS_VPC_K8S_PLUGIN_LOG_LEVEL: "INFO" }, extra: 1 },
    });
    assert.deepEqual(values, {
      extra: 1,
      enableNetworkPolicy: "true",
      env: {
        WARM_ENI_TARGET: "1",
        AWS_VPC_K8S_CNI_LOGLEVEL: "INFO",
        AWS_VPC_K8S_CNI_LOG_FILE: "/host/var/log/aws-routed-eni/ipamd.log",
        AWS_VPC_K8S_CNI_VETHPREFIX: "eni",
        AWS_VPC_ENI_MTU: "9001",
        AWS_VPC_K8S_PLUGIN_LOG_LEVEL: "INFO",
        AWS_VPC_K8S_PLUGIN_LOG_FILE: "/var/log/aws-routed-eni/plugin.log",
        ENABLE_POD_ENI: "false",
        AWS_VPC_K8S_CNI_CUSTOM_NETWORK_CFG: "false",
        AWS_VPC_K8S_CNI_EXTERNALSNAT: "false",
      },
      init: { env: { DISABLE_TCP_EARLY_DEMUX: "false" } },
    });
    assert.throws(
      () => cniConfiguration({ cniExternalSnat: true, externalSnat: true }),
      /one of `cniExternalSnat` or `externalSnat`/,
    );
  });

  it("writes the profile only where it is asked for", () => {
    const args = (withProfile: boolean): string[] => {
      const config = kubeconfig({
        clusterName: "example",
        endpoint: "https://example",
        certificateAuthority: "Y2E=",
        region: "sa-east-1",
        credentials: { profileName: "prod", roleArn: "arn:role" },
        withProfile,
      });
      const [user] = config["users"] as { user: { exec: { args: string[] } } }[];
      return user?.user.exec.args.slice(-4) ?? [];
    };
    assert.deepEqual(args(true), ["--role", "arn:role", "--profile", "prod"]);
    assert.deepEqual(args(false), ["--output", "json", "--role", "arn:role"]);
  });
});

describe("eks stand-in: service", () => {
  it("names a component or a method that it does not have, and releases its port", async () => {
    const served = await serveEks();
    const client = new ResourceProviderClient(
      `127.0.0.1:${served.port}`,
      grpc.credentials.createInsecure(),
    );
    const construct = (type: string) =>
      new Promise<unknown>((resolve, reject) => {
        const request = new ConstructRequest().setType(type).setName("x");
        client.construct(request, (error, answer) => (error ? reject(error) : resolve(answer)));
      });
    const call = (token: string) =>
      new Promise<unknown>((resolve, reject) => {
        const request = new CallRequest().setTok(token);
        client.call(request, (error, answer) => (error ? reject(error) : resolve(answer)));
      });
    try {
      await assert.rejects(construct("eks:index:NodeGroup"), /no component eks:index:NodeGroup/);
      await assert.rejects(call("eks:index:Cluster/delete"), /no method eks:index:Cluster\/delete/);
    } finally {
      await served.close();
    }
    await assert.rejects(construct("eks:index:NodeGroup"), { code: grpc.status.UNAVAILABLE });
    client.close();
  });
});
