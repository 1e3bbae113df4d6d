/** The modelled AWS account, without an engine. */
import assert from "node:assert/strict";
import { existsSync, mkdirSync, readFileSync, writeFileSync } from "node:fs";
import { join } from "node:path";

import { Faults } from "../../sandbox/providers/aws/faults";
import { listLeftovers } from "../../sandbox/providers/aws/ledger";
import { AwsModel } from "../../sandbox/providers/aws/model";
import { resourceTypes } from "../../sandbox/providers/aws/types/all";
import { isUnknown, type Props, reveal, UNKNOWN } from "../../sandbox/providers/service";
import { accountId, type Fixture, fixtures, World } from "./aws-world";
import { inTemporaryFolder } from "./temporary";

const vpc = "aws:ec2/vpc:Vpc";
const subnet = "aws:ec2/subnet:Subnet";
const instance = "aws:rds/instance:Instance";
const cluster = "aws:eks/cluster:Cluster";
const role = "aws:iam/role:Role";
const secretType = "aws:secretsmanager/secret:Secret";

/** Runs `work` with the path of a ledger in a new folder. */
async function withLedger(work: (ledgerPath: string) => Promise<void>): Promise<void> {
  await inTemporaryFolder((folder) => work(join(folder, "aws-ledger.json")));
}

function fixture(name: string): Fixture {
  const found = fixtures.find((candidate) => candidate.name === name);
  assert.ok(found, name);
  return found;
}

function without(props: Props, property: string): Props {
  return Object.fromEntries(Object.entries(props).filter(([key]) => key !== property));
}

/** A copy with the value at a path replaced; lists on the way are taken at their first element. */
function withValueAt(props: Props, path: string, value: unknown): Props {
  const [key = "", ...rest] = path.split(".");
  const change = (old: unknown): unknown =>
    Array.isArray(old)
      ? [change(old[0]), ...(old as unknown[]).slice(1)]
      : rest.length === 0
        ? value
        : withValueAt((old ?? {}) as Props, rest.join("."), value);
  return { ...props, [key]: change(props[key]) };
}

describe("AWS account: every type", () => {
  it("has a fixture", () => {
    const made = new Set(fixtures.map(({ type }) => type));
    // EKS makes Auto Scaling groups by itself.
    const known = Object.keys(resourceTypes).filter(
      (type) => type !== "aws:autoscaling/group:Group",
    );
    assert.deepEqual([...made].sort(), known.sort());
  });

  it("is made with an id and an ARN in AWS's form, reads without drift, and goes", async () => {
    await withLedger(async (ledgerPath) => {
      const world = await World.full({ ledgerPath });
      for (const { type, name, inputs, id, arn } of fixtures) {
        const { id: given, outputs } = world.made[name] ?? { id: "", outputs: {} };
        assert.match(given, id, type);
        if (arn !== undefined) assert.match(String(outputs["arn"]), arn, type);

        const sent = await world.check(type, name, inputs(world.made));
        const urn = world.urn(type, name);
        const read = await world.model.read({ id: given, urn, type, inputs: sent, state: outputs });
        assert.deepEqual(read?.inputs, sent, `inputs of ${name}`);
        assert.deepEqual(reveal(read?.outputs), outputs, `outputs of ${name}`);
        const { changes, diffs } = await world.diff(type, name, sent, read?.inputs ?? {});
        assert.deepEqual([changes, diffs], [false, []], name);
      }
      for (const { type, name } of fixtures.toReversed()) await world.delete(type, name);
      const { live, retained } = listLeftovers(ledgerPath);
      assert.deepEqual(live, []);
      assert.deepEqual(retained.map(({ reason }) => reason).sort(), [
        "final snapshot",
        "key pending deletion for 30 days",
        "secret recoverable for 30 days",
      ]);
    });
  });

  it("is refused without its required inputs", async () => {
    await withLedger(async (ledgerPath) => {
      const world = await World.full({ ledgerPath });
      let checked = 0;
      for (const { type, name, inputs } of fixtures) {
        for (const property of resourceTypes[type]?.required ?? []) {
          const news = without(inputs(world.made), property);
          const randomSeed = Buffer.from(name);
          const urn = world.urn(type, name);
          const { failures } = await world.model.check({ urn, type, olds: {}, news, randomSeed });
          assert.deepEqual(
            failures.map((failure) => failure.property),
            [property],
            type,
          );
          checked++;
        }
      }
      assert.ok(checked > 50, `${checked} inputs`);
    });
  });

  it("is refused while what it refers to is not there", async () => {
    await withLedger(async (ledgerPath) => {
      const world = await World.full({ ledgerPath });
      const before = listLeftovers(ledgerPath).live.length;
      let checked = 0;
      for (const { type, name, inputs } of fixtures) {
        for (const { property, external } of resourceTypes[type]?.references ?? []) {
          const value = inputs(world.made)[property.split(".")[0] ?? ""];
          if (value === undefined || external?.test("not-there") === true) continue;
          const news = withValueAt(inputs(world.made), property, "not-there");
          // Another name, so that it is the reference and not the name that is refused.
          const unique = resourceTypes[type]?.unique;
          const renamed = unique === undefined ? news : { ...news, [unique]: "another" };
          await assert.rejects(
            world.create(type, `${name}-2`, renamed),
            (error: Error) =>
              /^\w+(\.\w+)?: /.test(error.message) && error.message.endsWith(`(${property})`),
            `${type} ${property}`,
          );
          checked++;
        }
      }
      assert.ok(checked > 45, `${checked} references`);
      assert.equal(listLeftovers(ledgerPath).live.length, before);
    });
  });

  it("keeps its secrets out of the ledger and marks them on the wire", async () => {
    await withLedger(async (ledgerPath) => {
      const world = await World.full({ ledgerPath });
      const text = readFileSync(ledgerPath, "utf8");
      for (const name of ["cache", "cache-user", "secret-value"]) {
        const { type, inputs } = fixture(name);
        const { id = "", outputs: state = {} } = world.made[name] ?? {};
        const urn = world.urn(type, name);
        const read = await world.model.read({ id, urn, type, inputs: inputs(world.made), state });
        for (const property of resourceTypes[type]?.secrets ?? []) {
          const value = inputs(world.made)[property];
          if (value === undefined) continue;
          const plain = String(Array.isArray(value) ? value[0] : value);
          assert.ok(!text.includes(plain), `${property} is in the ledger`);
          assert.ok(text.includes("sha256:"));
          const output = read?.outputs[property];
          assert.notDeepEqual(output, value, `${property} is not marked`);
          assert.deepEqual(reveal(output), value);
        }
      }
    });
  });
});

describe("AWS account: deletion", () => {
  const refused: readonly (readonly [name: string, message: RegExp])[] = [
    ["vpc", /^DependencyViolation: /],
    ["subnet-a", /^DependencyViolation: /],
    ["igw", /^DependencyViolation: Network vpc-\w+ has some mapped public address/],
    ["eip", /^DependencyViolation: /],
    ["table", /^DependencyViolation: /],
    ["group", /^DependencyViolation: /],
    ["clients", /^DependencyViolation: .*SecurityGroupIngressRule/],
    ["cluster", /^ResourceInUseException: .*NodeGroup/],
    ["role", /^DeleteConflict: /],
    ["policy", /^DeleteConflict: /],
    ["db-subnets", /^InvalidDBSubnetGroupStateFault: /],
    ["db-parameters", /^InvalidDBParameterGroupState: /],
    ["cache-subnets", /^CacheSubnetGroupInUse: /],
    ["cache-parameters", /^InvalidCacheParameterGroupState: /],
    ["cache-user", /^InvalidUserState: /],
    ["plan", /^InvalidRequestException: /],
    ["zone", /^HostedZoneNotEmpty: /],
  ];

  it("is refused with AWS's code while something depends on it", async () => {
    await withLedger(async (ledgerPath) => {
      const world = await World.full({ ledgerPath });
      const before = listLeftovers(ledgerPath);
      for (const [name, message] of refused) {
        await assert.rejects(world.delete(fixture(name).type, name), { message }, name);
      }
      assert.deepEqual(listLeftovers(ledgerPath), before);
    });
  });

  it("of a key takes no notice of what it encrypts, as AWS does", async () => {
    await withLedger(async (ledgerPath) => {
      const world = await World.full({ ledgerPath }, "logs");
      await world.delete("aws:kms/key:Key", "key");
      const { retained } = listLeftovers(ledgerPath);
      assert.deepEqual(
        retained.map(({ id }) => id),
        [world.made["key"]?.id],
      );
    });
  });

  for (const [name, message] of [
    ["cluster", /deletion protection/],
    ["db", /Cannot delete protected DB Instance/],
  ] as const) {
    it(`of ${name} is refused under deletion protection, and goes without`, async () => {
      await withLedger(async (ledgerPath) => {
        const world = await World.full({ ledgerPath }, name);
        const { type, inputs } = fixture(name);
        await world.update(type, name, { ...inputs(world.made), deletionProtection: true });
        await assert.rejects(world.delete(type, name), { message });
        await world.update(type, name, { ...inputs(world.made), deletionProtection: false });
        await world.delete(type, name);
        const types = listLeftovers(ledgerPath).live.map((entry) => entry.type);
        assert.ok(!types.includes(type));
      });
    });
  }

  it("of a database needs a name for the final snapshot, and keeps the snapshot", async () => {
    await withLedger(async (ledgerPath) => {
      const world = await World.full({ ledgerPath }, "db");
      const { inputs } = fixture("db");
      await world.update(instance, "db", without(inputs(world.made), "finalSnapshotIdentifier"));
      await assert.rejects(world.delete(instance, "db"), /final_snapshot_identifier is required/);
      await world.update(instance, "db", inputs(world.made));
      await world.delete(instance, "db");
      const { live, retained } = listLeftovers(ledgerPath);
      assert.ok(live.every(({ type }) => type !== instance && type !== secretType));
      assert.deepEqual(
        retained.map(({ id, reason }) => [id, reason]),
        [["example-final", "final snapshot"]],
      );
      // It can be restored from, and its name is taken.
      const restored = { ...inputs(world.made), snapshotIdentifier: "example-final" };
      await world.create(instance, "db", restored);
      await assert.rejects(world.delete(instance, "db"), /DBSnapshotAlreadyExists/);
    });
  });

  it("of a secret keeps its name for the recovery window", async () => {
    await withLedger(async (ledgerPath) => {
      const world = await World.empty({ ledgerPath });
      await world.create(secretType, "now", { name: "now", recoveryWindowInDays: 0 });
      await world.create(secretType, "later", { name: "later", recoveryWindowInDays: 7 });
      await world.delete(secretType, "now");
      await world.delete(secretType, "later");
      await world.create(secretType, "now", { name: "now" });
      await assert.rejects(
        world.create(secretType, "later", { name: "later" }),
        /InvalidRequestException: .*already scheduled for deletion/,
      );
    });
  });

  it("of what has gone already is no error", async () => {
    await withLedger(async (ledgerPath) => {
      const world = await World.full({ ledgerPath }, "vpc");
      await world.delete(vpc, "vpc");
      await world.delete(vpc, "vpc");
      assert.deepEqual(listLeftovers(ledgerPath).live, []);
    });
  });
});

describe("AWS account: values", () => {
  const wrong: readonly (readonly [name: string, change: Props, message: RegExp])[] = [
    ["vpc", { cidrBlock: "10.0.0.0/8" }, /InvalidVpc.Range/],
    ["subnet-a", { cidrBlock: "10.1.0.0/24" }, /InvalidSubnet.Range/],
    ["subnet-a", { cidrBlock: "10.0.1.128/25" }, /InvalidSubnet.Conflict/],
    ["subnet-a", { cidrBlock: "10.0.0.0/20" }, /InvalidSubnet.Conflict/],
    ["route", {}, /RouteAlreadyExists/],
    ["ingress", { cidrIpv4: "10.0.0.0/8" }, /InvalidParameterCombination/],
    ["role", {}, /EntityAlreadyExists/],
    ["logs", {}, /ResourceAlreadyExistsException/],
    ["alias", {}, /AlreadyExistsException/],
    ["cluster", {}, /ResourceInUseException/],
    ["addon", {}, /ResourceInUseException/],
    ["entry", {}, /ResourceInUseException/],
    ["pod-identity", {}, /ResourceInUseException/],
    ["entry-policy", { principalArn: "arn:aws:iam::1:role/x" }, /ResourceNotFoundException/],
    ["nodes", { scalingConfig: { minSize: 3, desiredSize: 2, maxSize: 3 } }, /desired capacity/],
    ["db", {}, /DBInstanceAlreadyExists/],
    ["db", { identifier: "x", engineVersion: "16.11" }, /DBParameterGroupFamily postgres16/],
    ["db", { identifier: "x", password: "secret-password" }, /MasterUserPassword/],
    ["db", { identifier: "x", manageMasterUserPassword: false }, /MasterUserPassword must be/],
    ["db", { identifier: "x", maxAllocatedStorage: 10 }, /Max storage size/],
    ["db", { identifier: "x", snapshotIdentifier: "none" }, /DBSnapshotNotFound/],
    ["cache", { replicationGroupId: "x", transitEncryptionEnabled: false }, /AUTH token/],
    ["cache", { replicationGroupId: "x", multiAzEnabled: true }, /automatic_failover_enabled/],
    ["bucket", {}, /BucketAlreadyOwnedByYou/],
    ["repository", {}, /RepositoryAlreadyExistsException/],
  ];

  it("are refused as AWS refuses them", async () => {
    await withLedger(async (ledgerPath) => {
      const world = await World.full({ ledgerPath });
      const before = listLeftovers(ledgerPath);
      for (const [name, change, message] of wrong) {
        const { type, inputs } = fixture(name);
        await assert.rejects(
          world.create(type, `${name}-2`, { ...inputs(world.made), ...change }),
          { message },
          `${name} ${JSON.stringify(change)}`,
        );
      }
      assert.deepEqual(listLeftovers(ledgerPath), before);
    });
  });

  it("of a database subnet group must cover two zones", async () => {
    await withLedger(async (ledgerPath) => {
      const world = await World.full({ ledgerPath }, "subnet-b");
      const subnetIds = [world.made["subnet-a"]?.id];
      await assert.rejects(
        world.create("aws:rds/subnetGroup:SubnetGroup", "one", { name: "one", subnetIds }),
        /DBSubnetGroupDoesNotCoverEnoughAZs/,
      );
    });
  });

  it("make endpoints in AWS's form", async () => {
    await withLedger(async (ledgerPath) => {
      const { made } = await World.full({ ledgerPath });
      const outputsOf = (name: string): Props => made[name]?.outputs ?? {};
      const db = outputsOf("db");
      assert.match(
        String(db["address"]),
        /^example\.[0-9a-z]{12}\.sa-east-1\.rds\.amazonaws\.com$/,
      );
      assert.equal(db["endpoint"], `${String(db["address"])}:5432`);
      const [password] = db["masterUserSecrets"] as { secretArn: string; secretStatus: string }[];
      assert.match(
        String(password?.secretArn),
        /^arn:aws:secretsmanager:sa-east-1:\d{12}:secret:rds!db-/,
      );
      assert.match(
        String(outputsOf("cache")["primaryEndpointAddress"]),
        /^master\.example\.[0-9a-z]{6}\.sae1\.cache\.amazonaws\.com$/,
      );
      const eks = outputsOf("cluster");
      assert.match(
        String(eks["endpoint"]),
        /^https:\/\/[0-9A-F]{32}\.gr7\.sa-east-1\.eks\.amazonaws\.com$/,
      );
      const { data } = eks["certificateAuthority"] as { data: string };
      assert.match(Buffer.from(data, "base64").toString(), /^-----BEGIN CERTIFICATE-----\n/);
    });
  });

  it("of an unknown type are refused with the place to add it", async () => {
    await withLedger(async (ledgerPath) => {
      const world = await World.empty({ ledgerPath });
      await assert.rejects(
        world.create("aws:mq/broker:Broker", "broker", {}),
        /aws:mq\/broker:Broker; add it to one of the tables in sandbox\/providers\/aws\/types/,
      );
    });
  });
});

describe("AWS account: diff", () => {
  // From the documentation and the behaviour of the provider, not from the table under test.
  const changes: readonly (readonly [name: string, change: Props, replaces: readonly string[]])[] =
    [
      ["vpc", { cidrBlock: "10.9.0.0/16" }, ["cidrBlock"]],
      ["vpc", { enableDnsHostnames: true }, []],
      ["subnet-a", { availabilityZone: "sa-east-1c" }, ["availabilityZone"]],
      ["subnet-a", { mapPublicIpOnLaunch: true }, []],
      ["group", { description: "other" }, ["description"]],
      ["cluster", { version: "1.36" }, []],
      ["cluster", { roleArn: "arn:aws:iam::1:role/x" }, ["roleArn"]],
      [
        "cluster",
        { kubernetesNetworkConfig: { ipFamily: "ipv6" } },
        ["kubernetesNetworkConfig.ipFamily"],
      ],
      ["cluster", { vpcConfig: { subnetIds: ["subnet-1", "subnet-2"] } }, []],
      ["nodes", { launchTemplate: { id: "lt-1", version: "1" } }, ["launchTemplate.id"]],
      ["nodes", { instanceTypes: ["m6i.large", "m7i.large"] }, ["instanceTypes"]],
      ["nodes", { labels: { a: "b" } }, []],
      ["addon", { addonVersion: "v2" }, []],
      ["entry", { type: "EC2_LINUX" }, ["type"]],
      ["db", { instanceClass: "db.m7g.large" }, []],
      ["db", { identifier: "renamed" }, []],
      ["db", { storageEncrypted: true }, ["storageEncrypted"]],
      ["db", { kmsKeyId: "arn:aws:kms:x" }, ["kmsKeyId"]],
      ["db-parameters", { family: "postgres18" }, ["family"]],
      ["cache", { nodeType: "cache.m7g.large" }, []],
      ["cache", { atRestEncryptionEnabled: true }, ["atRestEncryptionEnabled"]],
      ["role", { description: "other" }, []],
      ["policy", { description: "other" }, ["description"]],
      ["attachment", { role: "other" }, ["role"]],
      ["secret-value", { secretString: "another" }, ["secretString"]],
      ["key", { enableKeyRotation: true }, []],
      ["old-rule", { toPort: 444 }, ["toPort"]],
      ["topic", { name: "other" }, ["name"]],
    ];

  it("replaces what cannot change in place, and nothing else", async () => {
    await withLedger(async (ledgerPath) => {
      const world = await World.full({ ledgerPath });
      for (const [name, change, replaces] of changes) {
        const { type, inputs } = fixture(name);
        const olds = await world.check(type, name, inputs(world.made));
        const diff = await world.diff(type, name, olds, { ...olds, ...change });
        assert.equal(diff.changes, true, name);
        assert.deepEqual(diff.replaces, replaces, `${name} ${JSON.stringify(change)}`);
      }
    });
  });

  it("of encryption replaces a cluster only where it is taken away", async () => {
    await withLedger(async (ledgerPath) => {
      const world = await World.full({ ledgerPath }, "cluster");
      const plain = await world.check(cluster, "cluster", fixture("cluster").inputs(world.made));
      const encrypted = { ...plain, encryptionConfig: { resources: ["secrets"], provider: {} } };
      assert.deepEqual((await world.diff(cluster, "cluster", plain, encrypted)).replaces, []);
      assert.deepEqual((await world.diff(cluster, "cluster", encrypted, plain)).replaces, [
        "encryptionConfig",
      ]);
    });
  });

  it("does not see the order of sets, at any depth", async () => {
    await withLedger(async (ledgerPath) => {
      const world = await World.full({ ledgerPath }, "cluster");
      const olds = await world.check(cluster, "cluster", fixture("cluster").inputs(world.made));
      const { subnetIds } = olds["vpcConfig"] as { subnetIds: string[] };
      const news = { ...olds, vpcConfig: { subnetIds: subnetIds.toReversed() } };
      assert.equal((await world.diff(cluster, "cluster", olds, news)).changes, false);
    });
  });

  it("deletes first where a fixed name is kept", async () => {
    await withLedger(async (ledgerPath) => {
      const world = await World.full({ ledgerPath }, "role");
      const fixed = await world.check(role, "role", fixture("role").inputs(world.made));
      const moved = await world.diff(role, "role", fixed, { ...fixed, path: "/x/" });
      assert.deepEqual([moved.replaces, moved.deleteBeforeReplace], [["path"], true]);
      const automatic = await world.check(role, "auto", { assumeRolePolicy: "{}" });
      assert.match(String(automatic["name"]), /^auto-[0-9a-f]{7}$/);
      const free = await world.diff(role, "auto", automatic, { ...automatic, path: "/x/" });
      assert.equal(free.deleteBeforeReplace, false);
    });
  });
});

describe("AWS account: provider", () => {
  it("refuses another account", async () => {
    await withLedger(async (ledgerPath) => {
      const config = { region: "sa-east-1", allowedAccountIds: JSON.stringify(["210987654321"]) };
      const model = new AwsModel({ ledgerPath, accountId });
      await assert.rejects(model.configure(config), /AWS account ID not allowed: 123456789012/);
      await new AwsModel({ ledgerPath }).configure(config);
    });
  });

  it("merges its default tags, and sees a change of them", async () => {
    await withLedger(async (ledgerPath) => {
      const defaultTags = JSON.stringify({ tags: { owner: "platform", tier: "network" } });
      const world = await World.empty({ ledgerPath }, { defaultTags });
      const inputs = { cidrBlock: "10.0.0.0/16", tags: { tier: "vpc" } };
      const { outputs } = await world.create(vpc, "vpc", inputs);
      assert.deepEqual(outputs["tagsAll"], { owner: "platform", tier: "vpc" });
      assert.deepEqual(outputs["tags"], { tier: "vpc" });
      await world.model.configure({ region: "sa-east-1", defaultTags: "{}" });
      assert.deepEqual((await world.diff(vpc, "vpc", inputs, inputs)).diffs, ["tagsAll"]);
    });
  });

  it("makes nothing in a preview, where computed outputs are unknown", async () => {
    await withLedger(async (ledgerPath) => {
      const world = await World.empty({ ledgerPath });
      const { outputs } = await world.model.create({
        urn: world.urn(cluster, "c"),
        type: cluster,
        inputs: { name: "c", roleArn: UNKNOWN, vpcConfig: UNKNOWN },
        preview: true,
        signal: world.signal,
      });
      assert.equal(outputs["name"], "c");
      for (const name of ["arn", "endpoint", "certificateAuthority", "identities"]) {
        assert.ok(isUnknown(outputs[name]), name);
      }
      assert.ok(!existsSync(ledgerPath));
    });
  });

  it("answers its functions, and names one that it does not have", async () => {
    await withLedger(async (ledgerPath) => {
      const { model } = await World.empty({ ledgerPath });
      const call = async (token: string, args: Props = {}) =>
        (await model.invoke(token, args)).result;
      const identity = await call("aws:index/getCallerIdentity:getCallerIdentity");
      assert.equal(identity["accountId"], accountId);
      const zones = await call("aws:index/getAvailabilityZones:getAvailabilityZones");
      assert.deepEqual(zones["names"], ["sa-east-1a", "sa-east-1b", "sa-east-1c"]);
      const addon = { addonName: "kube-proxy", kubernetesVersion: "1.35" };
      const version = await call("aws:eks/getAddonVersion:getAddonVersion", addon);
      assert.match(String(version["version"]), /^v1\.35\.\d+-eksbuild\.\d+$/);
      const name =
        "/aws/service/eks/optimized-ami/1.35/amazon-linux-2023/x86_64/standard/recommended/image_id";
      const ami = await call("aws:ssm/getParameter:getParameter", { name });
      assert.match(String(ami["value"]), /^ami-0[0-9a-f]{16}$/);
      await assert.rejects(call("aws:mq/getBroker:getBroker"), /getBroker.*invokes\.ts/);
    });
  });

  it("renders policy documents", async () => {
    await withLedger(async (ledgerPath) => {
      const { model } = await World.empty({ ledgerPath });
      const { result } = await model.invoke("aws:iam/getPolicyDocument:getPolicyDocument", {
        sourcePolicyDocuments: [JSON.stringify({ Statement: { Sid: "Base", Effect: "Deny" } })],
        statements: [
          {
            sid: "Read",
            actions: ["s3:GetObject"],
            resources: ["arn:b", "arn:a"],
            principals: [{ type: "Service", identifiers: ["ec2.amazonaws.com"] }],
            conditions: [{ test: "StringEquals", variable: "aws:x", values: ["1", "0"] }],
          },
          {
            sid: "Base",
            effect: "Deny",
            notActions: ["iam:*"],
            principals: [{ type: "*", identifiers: ["*"] }],
          },
        ],
      });
      assert.deepEqual(JSON.parse(String(result["json"])), {
        Version: "2012-10-17",
        Statement: [
          { Sid: "Base", Effect: "Deny", NotAction: "iam:*", Principal: "*" },
          {
            Sid: "Read",
            Effect: "Allow",
            Action: "s3:GetObject",
            Resource: ["arn:a", "arn:b"],
            Principal: { Service: "ec2.amazonaws.com" },
            Condition: { StringEquals: { "aws:x": ["1", "0"] } },
          },
        ],
      });
    });
  });

  it("shows drift that somebody made in the account, also while it runs", async () => {
    await withLedger(async (ledgerPath) => {
      const world = await World.full({ ledgerPath }, "subnet-b");
      const contents = JSON.parse(readFileSync(ledgerPath, "utf8")) as {
        entries: { id: string; inputs: Props; outputs: Props }[];
      };
      const { id = "" } = world.made["vpc"] ?? {};
      const [entry] = contents.entries.filter((candidate) => candidate.id === id);
      assert.ok(entry);
      entry.outputs["enableDnsHostnames"] = true;
      entry.inputs["enableDnsHostnames"] = true;
      contents.entries = contents.entries.filter(
        (other) => other.id !== world.made["subnet-b"]?.id,
      );
      writeFileSync(ledgerPath, JSON.stringify(contents));
      const readBack = async (type: string, name: string) =>
        await world.model.read({
          id: world.made[name]?.id ?? "",
          urn: world.urn(type, name),
          type,
          inputs: { cidrBlock: "10.0.0.0/16" },
          state: world.made[name]?.outputs ?? {},
        });
      assert.equal((await readBack(vpc, "vpc"))?.inputs["enableDnsHostnames"], true);
      assert.equal(await readBack(subnet, "subnet-b"), undefined);
    });
  });
});

describe("AWS account: slow, failing and killed", () => {
  const slow = new Faults({ latency: [{ type: vpc, milliseconds: 60_000 }] });

  /** A creation that AWS accepted, and whose engine went away before the answer. */
  async function killedCreation(world: World, cidrBlock = "10.0.0.0/16"): Promise<string> {
    const engine = new AbortController();
    const creation = world.create(vpc, "vpc", { cidrBlock }, engine.signal);
    setTimeout(() => engine.abort(), 5);
    await assert.rejects(creation, { name: "AbortError" });
    return world.urn(vpc, "vpc");
  }

  /** Writes what the engine's state holds. */
  function writeState(folder: string, resources: readonly { urn: string; id: string }[]): void {
    const stacks = join(folder, "backend", ".pulumi", "stacks", "example");
    mkdirSync(stacks, { recursive: true });
    writeFileSync(
      join(stacks, "test.json"),
      JSON.stringify({ checkpoint: { latest: { resources } } }),
    );
  }

  it("gives the resource of a killed run to the next one", async () => {
    await inTemporaryFolder(async (folder) => {
      const ledgerPath = join(folder, "aws-ledger.json");
      writeState(folder, []);
      await killedCreation(await World.empty({ ledgerPath, faults: slow }));
      const [left] = listLeftovers(ledgerPath).live;
      const next = await World.empty({ ledgerPath });
      const { id } = await next.create(vpc, "vpc", { cidrBlock: "10.0.0.0/16" });
      assert.equal(id, left?.id);
      assert.equal(listLeftovers(ledgerPath).live.length, 1);
    });
  });

  it("does the same where a name is taken, and keeps the name that it generated", async () => {
    await inTemporaryFolder(async (folder) => {
      const ledgerPath = join(folder, "aws-ledger.json");
      writeState(folder, []);
      const inputs = { namePrefix: "example-", assumeRolePolicy: "{}" };
      const first = await (await World.empty({ ledgerPath })).create(role, "role", inputs);
      const second = await (await World.empty({ ledgerPath })).create(role, "role", inputs);
      assert.deepEqual([second.id, second.outputs["name"]], [first.id, first.outputs["name"]]);
    });
  });

  it("makes a second one where the engine knows the first: a replacement", async () => {
    await inTemporaryFolder(async (folder) => {
      const ledgerPath = join(folder, "aws-ledger.json");
      const world = await World.empty({ ledgerPath });
      const inputs = { cidrBlock: "10.0.0.0/16" };
      const { id } = await world.create(vpc, "vpc", inputs);
      writeState(folder, [{ urn: world.urn(vpc, "vpc"), id }]);
      const next = await World.empty({ ledgerPath });
      assert.notEqual((await next.create(vpc, "vpc", inputs)).id, id);
      assert.equal(listLeftovers(ledgerPath).live.length, 2);
    });
  });

  it("does not take one that would have to be replaced", async () => {
    await inTemporaryFolder(async (folder) => {
      const ledgerPath = join(folder, "aws-ledger.json");
      writeState(folder, []);
      await killedCreation(await World.empty({ ledgerPath, faults: slow }), "10.1.0.0/16");
      const next = await World.empty({ ledgerPath });
      await next.create(vpc, "vpc", { cidrBlock: "10.0.0.0/16" });
      assert.equal(listLeftovers(ledgerPath).live.length, 2);
    });
  });

  it("goes by what the engine asked about where there is no state to read", async () => {
    await withLedger(async (ledgerPath) => {
      const inputs = { cidrBlock: "10.0.0.0/16" };
      const first = await World.empty({ ledgerPath });
      const { id } = await first.create(vpc, "vpc", inputs);
      // The same run asks again only for a replacement.
      assert.notEqual((await first.create(vpc, "vpc", inputs)).id, id);
      await first.delete(vpc, "vpc");
      const second = await World.empty({ ledgerPath });
      assert.equal((await second.create(vpc, "vpc", inputs)).id, id);
      await second.diff(vpc, "vpc", inputs, inputs);
      assert.notEqual((await second.create(vpc, "vpc", inputs)).id, id);
    });
  });

  it("fails the nth call as planned, and makes nothing then", async () => {
    await withLedger(async (ledgerPath) => {
      const error = "RequestLimitExceeded: Request limit exceeded.";
      const failures = [{ type: vpc, operation: "create", after: 1, times: 2, error }] as const;
      const world = await World.empty({
        ledgerPath,
        faults: new Faults({ failures: [...failures] }),
      });
      const create = (name: string) => world.create(vpc, name, { cidrBlock: "10.0.0.0/16" });
      await create("one");
      await assert.rejects(create("two"), { message: error });
      await assert.rejects(create("two"), { message: error });
      await create("two");
      assert.equal(listLeftovers(ledgerPath).live.length, 2);
    });
  });

  it("reads its plan from the file beside the ledger, and refuses a wrong one", async () => {
    await withLedger(async (ledgerPath) => {
      const path = join(ledgerPath, "..", "aws-faults.json");
      writeFileSync(path, JSON.stringify({ latency: [{ type: vpc, milliseconds: 50 }] }));
      const world = await World.empty({ ledgerPath });
      const started = performance.now();
      await world.create(vpc, "vpc", { cidrBlock: "10.0.0.0/16" });
      assert.ok(performance.now() - started >= 45);
      writeFileSync(path, JSON.stringify({ latencies: [] }));
      assert.throws(() => new AwsModel({ ledgerPath }), /latencies/);
    });
  });
});
