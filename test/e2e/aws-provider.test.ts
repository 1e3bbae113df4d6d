/**
 * The stand-ins for aws and eks on the real engine: a small network with a cluster of pulumi-eks,
 * through a whole life. The stacks' own test covers everything else.
 */
import assert from "node:assert/strict";
import { mkdirSync, rmSync, writeFileSync } from "node:fs";
import { join } from "node:path";

import * as ec2 from "@pulumi/aws/ec2";
import { Provider as AwsProvider } from "@pulumi/aws/provider";
import { Cluster, type ClusterArgs } from "@pulumi/eks/cluster";
import { Provider as EksProvider } from "@pulumi/eks/provider";
import { LocalWorkspace, type Stack } from "@pulumi/pulumi/automation";

import { ensureEngine } from "../../sandbox/engine/engine";
import { silentProgress } from "../../sandbox/progress";
import { listLeftovers } from "../../sandbox/providers/aws/ledger";
import { AwsModel } from "../../sandbox/providers/aws/model";
import { serveEks } from "../../sandbox/providers/eks/serve";
import { KubernetesModel } from "../../sandbox/providers/kubernetes/model";
import { type ServedProvider, serveProvider } from "../../sandbox/providers/service";
import { temporaryFolder } from "./support/sandbox";

interface ExportedResource {
  readonly urn: string;
  readonly id?: string;
  readonly parent?: string;
  readonly custom: boolean;
}

const accountId = "123456789012";

describe("aws and eks stand-ins on the engine", () => {
  const folder = temporaryFolder();
  const ledgerPath = join(folder, "aws-ledger.json");
  /** Changed by the tests between two updates. */
  let clusterArgs: Partial<ClusterArgs> = {};
  const served: ServedProvider[] = [];
  let stack: Stack;

  const program = async () => {
    const aws = new AwsProvider("aws", {
      region: "sa-east-1",
      allowedAccountIds: [accountId],
      defaultTags: { tags: { owner: "test" } },
    });
    const vpc = new ec2.Vpc("vpc", { cidrBlock: "10.0.0.0/16" }, { provider: aws });
    const subnets = ["a", "b"].map(
      (zone, index) =>
        new ec2.Subnet(
          `subnet-${zone}`,
          {
            vpcId: vpc.id,
            cidrBlock: `10.0.${index}.0/24`,
            availabilityZone: `sa-east-1${zone}`,
          },
          { provider: aws },
        ),
    );
    const cluster = new Cluster(
      "cluster",
      {
        name: "example",
        version: "1.35",
        authenticationMode: "API",
        vpcId: vpc.id,
        subnetIds: subnets.map((subnet) => subnet.id),
        endpointPrivateAccess: true,
        endpointPublicAccess: false,
        skipDefaultNodeGroup: true,
        skipDefaultSecurityGroups: true,
        bootstrapSelfManagedAddons: false,
        providerCredentialOpts: { roleArn: `arn:aws:iam::${accountId}:role/deployer` },
        vpcCniOptions: { addonVersion: "v1.22.4-eksbuild.3", enableNetworkPolicy: true },
        kubeProxyAddonOptions: { enabled: true, version: "v1.35.3-eksbuild.29" },
        corednsAddonOptions: { enabled: false },
        ...clusterArgs,
      },
      { provider: new EksProvider("eks"), providers: { aws } },
    );
    return await Promise.resolve({
      vpcId: vpc.id,
      kubeconfigJson: cluster.kubeconfigJson,
      forDeployer: cluster.getKubeconfig({ profileName: "deployer" }).result,
      clusterSecurityGroupId: cluster.clusterSecurityGroupId,
      endpoint: cluster.core.apply((core) => core.endpoint),
    });
  };

  before(async function () {
    this.timeout(600_000);
    const engine = await ensureEngine(silentProgress);
    const [aws, eks, kubernetes] = await Promise.all([
      serveProvider(new AwsModel({ ledgerPath, accountId })),
      serveEks(),
      serveProvider(new KubernetesModel()),
    ]);
    served.push(aws, eks, kubernetes);
    const backend = join(folder, "backend");
    mkdirSync(backend);
    // JSON is YAML; a provider by default would hide a child that does not inherit its own.
    const config = { "pulumi:disable-default-providers": ["*"] };
    writeFileSync(
      join(folder, "Pulumi.yaml"),
      JSON.stringify({ name: "example", runtime: "nodejs", config }),
    );
    stack = await LocalWorkspace.createOrSelectStack(
      { stackName: "test", projectName: "example", program },
      {
        pulumiCommand: engine.command,
        workDir: folder,
        envVars: {
          PULUMI_BACKEND_URL: `file://${backend}`,
          PULUMI_CONFIG_PASSPHRASE: "test",
          PULUMI_HOME: join(folder, "home"),
          PULUMI_SKIP_UPDATE_CHECK: "true",
          PULUMI_DEBUG_PROVIDERS: `aws:${aws.port},eks:${eks.port},kubernetes:${kubernetes.port}`,
        },
      },
    );
  });

  after(async () => {
    await Promise.all(served.map((provider) => provider.close()));
    rmSync(folder, { recursive: true, force: true });
  });

  const resources = async (): Promise<ExportedResource[]> => {
    const exported = await stack.exportStack();
    return (exported.deployment as { resources?: ExportedResource[] }).resources ?? [];
  };

  /** `type name < parent's name` of everything below the cluster component. */
  const tree = async (): Promise<string[]> => {
    const nameOf = (urn: string) => urn.split("::").at(-1);
    const typeOf = (urn: string) => urn.split("::")[2]?.split("$").at(-1);
    return (await resources())
      .filter(({ urn }) => urn.includes("eks:index:Cluster$"))
      .map(({ urn, parent = "" }) => `${typeOf(urn)} ${nameOf(urn)} < ${nameOf(parent)}`)
      .sort();
  };

  it("previews everything and makes nothing", async () => {
    const { changeSummary } = await stack.preview();
    assert.deepEqual(Object.keys(changeSummary), ["create"]);
    assert.deepEqual(listLeftovers(ledgerPath).live, []);
  });

  it("makes the children of the real component", async () => {
    await stack.up();
    assert.deepEqual(await tree(), [
      "aws:eks/addon:Addon cluster-kube-proxy < cluster",
      "aws:eks/addon:Addon cluster-vpc-cni < cluster-vpc-cni",
      "aws:eks/cluster:Cluster cluster-eksCluster < cluster",
      "aws:iam/role:Role cluster-eksRole-role < cluster-eksRole",
      "aws:iam/rolePolicyAttachment:RolePolicyAttachment cluster-eksRole-4b490823 < cluster-eksRole",
      "eks:index:ServiceRole cluster-eksRole < cluster",
      "eks:index:VpcCniAddon cluster-vpc-cni < cluster",
      "pulumi:providers:kubernetes cluster-eks-k8s < cluster",
    ]);
  });

  it("answers with a kubeconfig for the assumed role, and one for a profile", async () => {
    const outputs = await stack.outputs();
    interface Kubeconfig {
      readonly "current-context": string;
      readonly clusters: readonly { readonly cluster: { readonly server: string } }[];
      readonly users: readonly { readonly user: { readonly exec: { readonly args: string[] } } }[];
    }
    const parsed = (name: string) => JSON.parse(String(outputs[name]?.value)) as Kubeconfig;
    const shared = parsed("kubeconfigJson");
    assert.equal(shared["current-context"], "aws");
    assert.equal(shared.clusters[0]?.cluster.server, outputs["endpoint"]?.value);
    const common = ["--region", "sa-east-1", "eks", "get-token", "--cluster-name", "example"];
    const json = ["--output", "json"];
    assert.deepEqual(shared.users[0]?.user.exec.args, [
      ...common,
      ...json,
      "--role",
      `arn:aws:iam::${accountId}:role/deployer`,
    ]);
    assert.deepEqual(parsed("forDeployer").users[0]?.user.exec.args, [
      ...common,
      ...json,
      "--profile",
      "deployer",
    ]);
    assert.match(String(outputs["endpoint"]?.value), /^https:\/\/[0-9A-F]{32}\.gr7\.sa-east-1\./);
    assert.match(String(outputs["clusterSecurityGroupId"]?.value), /^sg-0[0-9a-f]{16}$/);
  });

  it("has the account and the state agree", async () => {
    const inState = (await resources())
      .filter(({ urn, custom }) => custom && /::.*aws:[a-z0-9]+\//.test(urn))
      .map(({ urn, id }) => `${urn} ${id}`);
    const own = listLeftovers(ledgerPath).live.filter(({ ownedBy }) => ownedBy === undefined);
    assert.deepEqual(own.map(({ urn, id }) => `${urn} ${id}`).sort(), inState.sort());
  });

  it("has nothing to do the second time, and no drift", async () => {
    const { summary } = await stack.up();
    assert.deepEqual(Object.keys(summary.resourceChanges ?? {}), ["same"]);
    const refreshed = await stack.refresh();
    assert.deepEqual(Object.keys(refreshed.summary.resourceChanges ?? {}), ["same"]);
  });

  it("passes on what the component refuses, and changes nothing", async () => {
    const before = listLeftovers(ledgerPath);
    clusterArgs = { authenticationMode: "API", instanceRoles: [] as never[], nodeGroupOptions: {} };
    clusterArgs = { ...clusterArgs, roleMappings: [{ roleArn: "r", username: "u", groups: [] }] };
    await assert.rejects(
      stack.preview(),
      /'roleMappings' property does not support non-empty values/,
    );
    clusterArgs = { publicAccessCidrs: ["192.0.2.0/24"] };
    await assert.rejects(stack.preview(), /`publicAccessCidrs` can only be set when/);
    clusterArgs = {};
    assert.deepEqual(listLeftovers(ledgerPath), before);
  });

  it("honours deletion protection of EKS until it is taken away", async () => {
    clusterArgs = { deletionProtection: true };
    await stack.up();
    await assert.rejects(stack.destroy(), /deletion protection/);
    clusterArgs = {};
    const { summary } = await stack.up();
    assert.ok(!("replace" in (summary.resourceChanges ?? {})));
  });

  it("makes the default security groups where they are wanted", async () => {
    clusterArgs = { skipDefaultSecurityGroups: false };
    const { changeSummary } = await stack.preview();
    assert.equal(changeSummary.create, 8, "two groups and six rules");
    clusterArgs = {};
  });

  it("is destroyed to an empty account", async () => {
    await stack.destroy();
    assert.deepEqual(listLeftovers(ledgerPath).live, []);
    assert.deepEqual(await resources(), []);
  });
});
