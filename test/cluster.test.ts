import assert from "node:assert/strict";

import { Provider as AwsProvider } from "@pulumi/aws/provider";
import { Provider as EksProvider } from "@pulumi/eks/provider";

import { Cluster, type ClusterArgs } from "../components/cluster/cluster";
import { EksAddons } from "../components/cluster/eks-addons";
import { NodeGroup } from "../components/cluster/node-group";
import { NodeRole } from "../components/cluster/node-role";
import { type NodeTaint, placementOn } from "../components/cluster/placement";
import { Network } from "../components/network/network";
import { kubernetesReleases } from "../components/versions";
import { type RecordedProgram, valueOf, withMocks } from "./support/program";

const account = "123456789012";
const roleArn = (name: string) => `arn:aws:iam::${account}:role/${name}`;

const args: Omit<ClusterArgs, "vpcId" | "subnetIds"> = {
  clusterName: "dtem-prod",
  kubernetesVersion: "1.35",
  region: "sa-east-1",
  accountId: account,
  endpoint: { publicAccessCidrs: ["200.27.0.0/24"] },
  logRetentionDays: 365,
  access: {
    adminArns: [roleArn("platform-admin")],
    deployerArns: [roleArn("ci/gitlab-deployer")],
    readerArns: [roleArn("auditor")],
  },
  deployer: { profile: "dtem" },
  deletionProtection: true,
};

const taint: NodeTaint = { key: "CriticalAddonsOnly", value: "true", effect: "NO_SCHEDULE" };

/** Network, cluster, two node groups and add-ons, wired as the platform wires them. */
function build(overrides: Partial<ClusterArgs> = {}, preview = false) {
  return withMocks(
    () => {
      const providers = { aws: new AwsProvider("aws", {}), eks: new EksProvider("eks") };
      const network = new Network(
        "network",
        {
          vpcCidr: "10.40.0.0/16",
          availabilityZones: ["sa-east-1a", "sa-east-1b"],
          natGateways: "single",
          gatewayEndpoints: ["s3"],
          interfaceEndpoints: ["sts"],
          flowLogs: { retentionDays: 90 },
          region: "sa-east-1",
          accountId: account,
          clusterName: "dtem-prod",
          deletionProtection: false,
        },
        { providers },
      );
      const cluster = new Cluster(
        "cluster",
        { ...args, vpcId: network.vpcId, subnetIds: network.privateSubnetIds, ...overrides },
        { providers },
      );
      const role = new NodeRole("node-role", { clusterName: "dtem-prod" }, { providers });
      const group = (groupName: string, taints: readonly NodeTaint[]) =>
        new NodeGroup(
          groupName,
          {
            clusterName: cluster.name,
            groupName,
            kubernetesVersion: "1.35",
            subnetIds: network.privateSubnetIds,
            nodeRoleArn: role.arn,
            clusterSecurityGroupId: cluster.clusterSecurityGroupId,
            instanceTypes: ["m7i.large", "m6i.large"],
            capacityType: "SPOT",
            minSize: 2,
            maxSize: 6,
            diskGiB: 50,
            labels: { tier: groupName },
            taints,
            tags: { "dtem:environment": "prod" },
          },
          { providers, dependsOn: [...cluster.ready, ...network.ready, role] },
        );
      const system = group("system", [taint]);
      const workload = group("workload", []);
      new EksAddons(
        "eks-addons",
        {
          clusterName: cluster.name,
          kubernetesVersion: "1.35",
          placement: placementOn("system", [taint]),
        },
        { providers, dependsOn: [system, workload] },
      );
      return { cluster, system };
    },
    { stack: "prod", preview },
  );
}

const json = (value: unknown): unknown => JSON.parse(value as string);

describe("Cluster, node groups and add-ons", () => {
  type Program = RecordedProgram<{ cluster: Cluster; system: NodeGroup }>;
  let program: Program;
  /** The other branch of every choice: private, unprotected, created by an assumed role. */
  let variant: Program;
  before(async () => {
    program = await build();
    variant = await build({
      endpoint: { publicAccessCidrs: [] },
      deletionProtection: false,
      deployer: { roleArn: roleArn("ci/gitlab-deployer") },
    });
  });

  describe("control plane", () => {
    it("hands exactly these inputs to the remote component", () => {
      const { addons } = kubernetesReleases["1.35"];
      // The SDK fills these in.
      const conflicts = {
        resolveConflictsOnCreate: "OVERWRITE",
        resolveConflictsOnUpdate: "OVERWRITE",
      };
      const eks = program.get("cluster-eks");
      assert.equal(eks.type, "eks:index:Cluster");
      assert.ok(eks.remote);
      assert.deepEqual(eks.inputs, {
        name: "dtem-prod",
        version: "1.35",
        upgradePolicy: { supportType: "STANDARD" },
        vpcId: "vpc-network-vpc",
        subnetIds: ["subnet-network-private-sa-east-1a", "subnet-network-private-sa-east-1b"],
        endpointPrivateAccess: true,
        endpointPublicAccess: true,
        publicAccessCidrs: ["200.27.0.0/24"],
        authenticationMode: "API",
        providerCredentialOpts: { profileName: "dtem" },
        encryptionConfigKeyArn: `arn:aws:kms:sa-east-1:${account}:key/cluster-key`,
        enabledClusterLogTypes: ["api", "audit", "authenticator", "controllerManager", "scheduler"],
        deletionProtection: true,
        createOidcProvider: false,
        skipDefaultNodeGroup: true,
        skipDefaultSecurityGroups: true,
        bootstrapSelfManagedAddons: false,
        vpcCniOptions: {
          ...conflicts,
          addonVersion: addons.vpcCni,
          enableNetworkPolicy: true,
          logLevel: "INFO",
          configurationValues: { env: { AWS_VPC_K8S_PLUGIN_LOG_LEVEL: "INFO" } },
        },
        kubeProxyAddonOptions: { ...conflicts, enabled: true, version: addons.kubeProxy },
        corednsAddonOptions: { ...conflicts, enabled: false },
      });
    });

    it("gives the remote component a provider for itself and providers for its children", () => {
      const eks = program.get("cluster-eks");
      assert.equal(eks.provider, "eks");
      assert.deepEqual(eks.providers, { aws: "aws", eks: "eks" });
    });

    it("fails without an explicit eks provider", async () => {
      await assert.rejects(
        withMocks(
          () =>
            new Cluster(
              "cluster",
              { ...args, vpcId: "vpc-1", subnetIds: ["subnet-1"] },
              { providers: { aws: new AwsProvider("aws", {}) } },
            ),
        ),
        /pass an explicit eks provider in opts\.providers/,
      );
    });

    it("closes the public endpoint when no network is listed", () => {
      const { inputs } = variant.get("cluster-eks");
      assert.equal(inputs.endpointPublicAccess, false);
      assert.equal(inputs.endpointPrivateAccess, true);
      assert.ok(!("publicAccessCidrs" in inputs));
    });

    it("keeps its logs in an encrypted group that is there first and goes last", () => {
      assert.deepEqual(program.get("cluster-logs").inputs, {
        name: "/aws/eks/dtem-prod/cluster",
        retentionInDays: 365,
        kmsKeyId: `arn:aws:kms:sa-east-1:${account}:key/cluster-key`,
      });
      assert.ok(program.waitsFor("cluster-eks", "cluster-logs"));
    });

    it("has a key of its own that rotates, under a policy for the account and for its log group", () => {
      const { policy, ...inputs } = program.get("cluster-key").inputs;
      assert.deepEqual(inputs, {
        description: "Kubernetes Secrets and control-plane logs of dtem-prod",
        enableKeyRotation: true,
        deletionWindowInDays: 30,
        tags: { Name: "dtem-prod-cluster" },
      });
      assert.deepEqual(json(policy), {
        Version: "2012-10-17",
        Statement: [
          {
            Sid: "AccountAdministersThroughIam",
            Effect: "Allow",
            Principal: { AWS: `arn:aws:iam::${account}:root` },
            Action: "kms:*",
            Resource: "*",
          },
          {
            Sid: "CloudWatchLogsEncryptsOneGroup",
            Effect: "Allow",
            Principal: { Service: "logs.sa-east-1.amazonaws.com" },
            Action: [
              "kms:Encrypt*",
              "kms:Decrypt*",
              "kms:ReEncrypt*",
              "kms:GenerateDataKey*",
              "kms:Describe*",
            ],
            Resource: "*",
            Condition: {
              ArnEquals: {
                "kms:EncryptionContext:aws:logs:arn": `arn:aws:logs:sa-east-1:${account}:log-group:/aws/eks/dtem-prod/cluster`,
              },
            },
          },
        ],
      });
      assert.deepEqual(program.get("cluster-key-alias").inputs, {
        name: "alias/dtem-prod-cluster",
        targetKeyId: "key-cluster-key",
      });
    });

    it("protects control plane, key and logs, and leaves access changeable", () => {
      const protectedNames = (of: RecordedProgram<unknown>) =>
        of.resources
          .filter((each) => each.protect)
          .map((each) => each.name)
          .sort();
      assert.deepEqual(protectedNames(program), ["cluster-eks", "cluster-key", "cluster-logs"]);
      assert.deepEqual(protectedNames(variant), []);
      assert.equal(variant.get("cluster-eks").inputs.deletionProtection, false);
    });

    it("returns name, ARN, endpoint, kubeconfig and security group", async () => {
      const { cluster } = program.result;
      assert.equal(await valueOf(cluster.name), "dtem-prod");
      assert.equal(
        await valueOf(cluster.arn),
        `arn:aws:eks:sa-east-1:${account}:cluster/dtem-prod`,
      );
      const endpoint = await valueOf(cluster.endpoint);
      assert.match(endpoint, /^https:\/\/[0-9A-F]+\.gr7\.sa-east-1\.eks\.amazonaws\.com$/);
      assert.ok((await valueOf(cluster.kubeconfig)).includes(endpoint));
      assert.equal(await valueOf(cluster.clusterSecurityGroupId), "sg-eks-dtem-prod");
    });
  });

  describe("access", () => {
    it("makes one entry and one policy a principal, by its name", () => {
      const policy = (name: string) => program.get(`cluster-access-${name}-policy`).inputs;
      const entries = program.ofType("aws:eks/accessEntry:AccessEntry");
      assert.deepEqual(entries.map((entry) => entry.name).sort(), [
        `cluster-access-${account}-role-auditor`,
        `cluster-access-${account}-role-gitlab-deployer`,
        `cluster-access-${account}-role-platform-admin`,
      ]);
      assert.deepEqual(policy(`${account}-role-auditor`), {
        clusterName: "dtem-prod",
        principalArn: roleArn("auditor"),
        policyArn: "arn:aws:eks::aws:cluster-access-policy/AmazonEKSViewPolicy",
        accessScope: { type: "cluster" },
      });
      for (const name of ["gitlab-deployer", "platform-admin"]) {
        assert.equal(
          policy(`${account}-role-${name}`).policyArn,
          "arn:aws:eks::aws:cluster-access-policy/AmazonEKSClusterAdminPolicy",
        );
      }
    });

    it("leaves the role that creates the cluster to EKS, and logs in by it", () => {
      assert.deepEqual(variant.names("aws:eks/accessEntry:AccessEntry"), [
        `cluster-access-${account}-role-auditor`,
        `cluster-access-${account}-role-platform-admin`,
      ]);
      assert.deepEqual(variant.get("cluster-eks").inputs.providerCredentialOpts, {
        roleArn: roleArn("ci/gitlab-deployer"),
      });
    });
  });

  describe("node groups", () => {
    it("makes exactly these managed groups", () => {
      const { launchTemplate, ...inputs } = program.get("system-nodes").inputs;
      assert.deepEqual(launchTemplate, { id: "lt-system-launch-template", version: "7" });
      assert.deepEqual(inputs, {
        clusterName: "dtem-prod",
        nodeGroupNamePrefix: "system-",
        nodeRoleArn: roleArn("node-role-role"),
        subnetIds: ["subnet-network-private-sa-east-1a", "subnet-network-private-sa-east-1b"],
        amiType: "AL2023_x86_64_STANDARD",
        version: "1.35",
        capacityType: "SPOT",
        instanceTypes: ["m7i.large", "m6i.large"],
        scalingConfig: { minSize: 2, maxSize: 6, desiredSize: 2 },
        updateConfig: { maxUnavailablePercentage: 33 },
        nodeRepairConfig: { enabled: true },
        labels: { tier: "system", "dtem/node-group": "system" },
        taints: [{ key: "CriticalAddonsOnly", value: "true", effect: "NO_SCHEDULE" }],
      });
      assert.deepEqual(program.get("system-nodes").ignoreChanges, ["scalingConfig.desiredSize"]);
      assert.deepEqual(program.names("aws:eks/nodeGroup:NodeGroup"), [
        "system-nodes",
        "workload-nodes",
      ]);
    });

    it("makes exactly this launch template: IMDSv2, one hop, encrypted gp3, tags on what it makes", () => {
      const tags = { "dtem:environment": "prod", Name: "dtem-prod-system" };
      assert.deepEqual(program.get("system-launch-template").inputs, {
        namePrefix: "dtem-prod-system-",
        description: "Nodes of group system",
        updateDefaultVersion: true,
        vpcSecurityGroupIds: ["sg-eks-dtem-prod"],
        metadataOptions: {
          httpEndpoint: "enabled",
          httpTokens: "required",
          httpPutResponseHopLimit: 1,
        },
        blockDeviceMappings: [
          {
            deviceName: "/dev/xvda",
            ebs: {
              volumeSize: 50,
              volumeType: "gp3",
              encrypted: "true",
              deleteOnTermination: "true",
            },
          },
        ],
        monitoring: { enabled: true },
        tagSpecifications: [
          { resourceType: "instance", tags },
          { resourceType: "volume", tags },
          { resourceType: "network-interface", tags },
        ],
      });
    });

    it("tags the Auto Scaling group itself for discovery and for scale from zero", async () => {
      const tags = program
        .ofType("aws:autoscaling/tag:Tag")
        .filter((tag) => tag.parent === "system");
      const asg = "eks-system-nodes-asg";
      assert.equal(await valueOf(program.result.system.autoScalingGroupName), asg);
      const prefix = "k8s.io/cluster-autoscaler";
      assert.deepEqual(
        Object.fromEntries(tags.map((tag) => [tag.name, tag.inputs])),
        Object.fromEntries(
          [
            ["enabled", `${prefix}/enabled`, "true"],
            ["owned", `${prefix}/dtem-prod`, "owned"],
            ["label-tier", `${prefix}/node-template/label/tier`, "system"],
            ["label-dtem/node-group", `${prefix}/node-template/label/dtem/node-group`, "system"],
            [
              "taint-CriticalAddonsOnly",
              `${prefix}/node-template/taint/CriticalAddonsOnly`,
              "true:NoSchedule",
            ],
          ].map(([role, key, value]) => [
            `system-autoscaler-${role}`,
            { autoscalingGroupName: asg, tag: { key, value, propagateAtLaunch: false } },
          ]),
        ),
      );
    });

    it("refuses a name that EKS could not extend", async () => {
      const groupName = "a".repeat(37);
      await assert.rejects(
        withMocks(
          () =>
            new NodeGroup(
              "long",
              {
                clusterName: "c",
                groupName,
                kubernetesVersion: "1.35",
                subnetIds: ["subnet-1"],
                nodeRoleArn: "arn",
                clusterSecurityGroupId: "sg",
                instanceTypes: ["m7i.large"],
                capacityType: "ON_DEMAND",
                minSize: 1,
                maxSize: 1,
                diskGiB: 20,
                labels: {},
                taints: [],
                tags: {},
              },
              { providers: { aws: new AwsProvider("aws", {}) } },
            ),
        ),
        /at most 36 characters/,
      );
    });

    it("gives nodes three policies and not the CNI's", () => {
      const attached = program
        .ofType("aws:iam/rolePolicyAttachment:RolePolicyAttachment")
        .filter((each) => each.parent === "node-role")
        .map((each) => each.inputs.policyArn)
        .sort();
      assert.deepEqual(attached, [
        "arn:aws:iam::aws:policy/AmazonEC2ContainerRegistryPullOnly",
        "arn:aws:iam::aws:policy/AmazonEKSWorkerNodeMinimalPolicy",
        "arn:aws:iam::aws:policy/AmazonSSMManagedInstanceCore",
      ]);
    });
  });

  describe("identities", () => {
    it("ties each role to one service account of this cluster", () => {
      const policy = program.get("cluster-cni-identity-role").inputs;
      assert.equal(policy.namePrefix, "dtem-prod-aws-node-");
      assert.deepEqual(json(policy.assumeRolePolicy), {
        Version: "2012-10-17",
        Statement: [
          {
            Effect: "Allow",
            Principal: { Service: "pods.eks.amazonaws.com" },
            Action: ["sts:AssumeRole", "sts:TagSession"],
            Condition: {
              StringEquals: {
                "aws:RequestTag/eks-cluster-name": "dtem-prod",
                "aws:RequestTag/kubernetes-namespace": "kube-system",
                "aws:RequestTag/kubernetes-service-account": "aws-node",
              },
            },
          },
        ],
      });
      assert.deepEqual(program.get("cluster-cni-identity-association").inputs, {
        clusterName: "dtem-prod",
        namespace: "kube-system",
        serviceAccount: "aws-node",
        roleArn: roleArn("cluster-cni-identity-role"),
      });
    });

    it("associates only after the role has its permissions", () => {
      assert.ok(program.waitsFor("cluster-cni-identity-association", "cluster-cni-identity-cni"));
      assert.ok(
        program.waitsFor("eks-addons-ebs-identity-association", "eks-addons-ebs-identity-ebs"),
      );
    });

    it("gives the EBS driver its policy and nothing else", () => {
      const attached = program
        .ofType("aws:iam/rolePolicyAttachment:RolePolicyAttachment")
        .filter((each) => each.parent === "eks-addons-ebs-identity");
      assert.deepEqual(
        attached.map((each) => each.inputs.policyArn),
        ["arn:aws:iam::aws:policy/service-role/AmazonEBSCSIDriverPolicyV2"],
      );
      assert.equal(
        program.get("eks-addons-ebs-identity-association").inputs.serviceAccount,
        "ebs-csi-controller-sa",
      );
    });
  });

  describe("add-ons", () => {
    it("pins every add-on to the table", () => {
      const { addons } = kubernetesReleases["1.35"];
      const versions = program
        .ofType("aws:eks/addon:Addon")
        .map(({ inputs }) => [inputs.addonName, inputs.addonVersion]);
      assert.deepEqual(Object.fromEntries(versions), {
        coredns: addons.coreDns,
        "aws-ebs-csi-driver": addons.ebsCsiDriver,
        "metrics-server": addons.metricsServer,
        "eks-pod-identity-agent": addons.podIdentityAgent,
      });
    });

    it("runs controllers on the system nodes, past their taint", () => {
      const placement = {
        nodeSelector: { "dtem/node-group": "system" },
        tolerations: [
          { key: "CriticalAddonsOnly", operator: "Equal", value: "true", effect: "NoSchedule" },
        ],
      };
      const configuration = (name: string) =>
        json(program.get(`eks-addons-${name}`).inputs.configurationValues);
      assert.deepEqual(configuration("coredns"), {
        ...placement,
        replicaCount: 2,
        topologySpreadConstraints: [
          {
            maxSkew: 1,
            topologyKey: "topology.kubernetes.io/zone",
            whenUnsatisfiable: "ScheduleAnyway",
            labelSelector: { matchLabels: { "k8s-app": "kube-dns" } },
          },
        ],
      });
      assert.deepEqual(configuration("aws-ebs-csi-driver"), {
        controller: { ...placement, replicaCount: 2 },
      });
      assert.deepEqual(configuration("metrics-server"), { ...placement, replicas: 2 });
    });
  });

  describe("order, up and (reversed) down", () => {
    const edges: [string, string, string][] = [
      ["system-nodes", "cluster-eks", "nodes go before the cluster"],
      ["system-nodes", "cluster-pod-identity-agent", "the agent is there when nodes come"],
      [
        "system-nodes",
        "cluster-cni-identity-association",
        "the CNI keeps its role while nodes live",
      ],
      ["system-nodes", "cluster-cni-identity-cni", "and the role its permission"],
      ["system-nodes", "node-role-join", "nodes keep their permissions"],
      ["system-nodes", "node-role-pull-images", "nodes keep their permissions"],
      [
        "system-nodes",
        `cluster-access-${account}-role-platform-admin-policy`,
        "access outlives nodes",
      ],
      ["system-nodes", "network-egress-default-route-sa-east-1b", "a draining node has a way out"],
      ["system-nodes", "network-endpoints-sts", "a draining node reaches AWS"],
      ["eks-addons-coredns", "system-nodes", "CoreDNS needs nodes"],
      ["eks-addons-coredns", "workload-nodes", "CoreDNS serves all nodes"],
      ["eks-addons-metrics-server", "system-nodes", "metrics-server needs nodes"],
      ["eks-addons-aws-ebs-csi-driver", "eks-addons-coredns", "the driver resolves EC2's name"],
      ["eks-addons-aws-ebs-csi-driver", "eks-addons-ebs-identity-association", "and has its role"],
      ["system-autoscaler-enabled", "system-nodes", "tags go with the group"],
      [`cluster-access-${account}-role-auditor`, "cluster-eks", "entries go before the cluster"],
      ["cluster-eks", "cluster-key", "the key outlives what it encrypts"],
      ["cluster-eks", "network-private-sa-east-1a", "the cluster goes before its subnets"],
    ];
    for (const [later, earlier, why] of edges) {
      it(`${later} after ${earlier}: ${why}`, () => {
        assert.ok(program.waitsFor(later, earlier));
        assert.ok(!program.waitsFor(earlier, later), "and not the other way round");
      });
    }
  });

  it("makes the same resources in a preview with unknown outputs, with names readable", async () => {
    const preview = await build({}, true);
    const names = (of: RecordedProgram<unknown>) => of.resources.map((each) => each.name).sort();
    assert.deepEqual(names(preview), names(program));
    assert.equal(preview.get("system-nodes").inputs.clusterName, "dtem-prod");
    assert.equal(preview.get("cluster-cni-identity-role").inputs.namePrefix, "dtem-prod-aws-node-");
  });

  it("serves every resource by an explicit provider and gives each a component as parent", () => {
    const components = new Set(
      program.resources.filter((each) => !each.custom).map((each) => each.name),
    );
    for (const resource of program.resources.filter((each) => each.custom)) {
      if (resource.type.startsWith("pulumi:providers:")) continue;
      assert.equal(resource.provider, "aws", resource.name);
      assert.ok(components.has(resource.parent ?? ""), resource.name);
    }
  });
});
