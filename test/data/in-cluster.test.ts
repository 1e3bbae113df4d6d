import assert from "node:assert/strict";

import type * as pulumi from "@pulumi/pulumi";

import { DataNamespace } from "../../components/data/data-namespace";
import { InClusterPostgresql } from "../../components/data/postgresql-in-cluster";
import { seedJobName } from "../../components/data/seed-job";
import { InClusterRedis, valkeyConfig } from "../../components/data/redis-in-cluster";
import { postgresReleases, valkeyReleases } from "../../components/versions";
import { type Props, type RecordedProgram, valueOf, withMocks } from "../support/program";
import { compare, protectedNames } from "./compare";
import { remembered } from "./remembered";

/** What the tests vary. */
interface Variation {
  readonly seed?: boolean;
  readonly deletionProtection?: boolean;
  readonly storageClass?: string;
  readonly preview?: boolean;
}

const run = remembered(
  ({ preview, seed = true, deletionProtection = false, storageClass }: Variation = {}) =>
    withMocks(
      () => {
        const { namespace } = new DataNamespace("data", {
          namespace: "dtem-data",
          deletionProtection,
        });
        const common = { namespace, storageClass, deletionProtection };
        return {
          database: new InClusterPostgresql("postgresql", {
            ...common,
            version: "17.7",
            databaseName: "dtem_dev",
            storageGiB: 5,
            seed,
          }),
          cache: new InClusterRedis("redis", { ...common, version: "8.1", storageGiB: 1 }),
        };
      },
      { preview },
    ),
);

/** Minimal shapes of what is read below. */
interface Container {
  readonly name: string;
  readonly image: string;
  readonly command?: string[];
  readonly args?: string[];
  readonly env: { readonly name: string; readonly value?: string; readonly valueFrom?: Props }[];
  readonly securityContext: Props;
  readonly resources: { readonly requests: Props; readonly limits: Props };
  readonly volumeMounts: { readonly name: string; readonly mountPath: string }[];
  readonly startupProbe?: Props;
  readonly readinessProbe?: Props;
  readonly livenessProbe?: Props;
}
interface Pod {
  readonly securityContext: Props;
  readonly automountServiceAccountToken: boolean;
  readonly enableServiceLinks: boolean;
  readonly containers: [Container];
  readonly volumes: ({ readonly name: string } & Props)[];
}

const podOf = (program: RecordedProgram<unknown>, name: string): Pod =>
  (program.get(name).inputs.spec as { template: { spec: Pod } }).template.spec;

const policySpecs = (program: RecordedProgram<unknown>) =>
  Object.fromEntries(
    program
      .ofType("kubernetes:networking.k8s.io/v1:NetworkPolicy")
      .map(({ inputs }) => [(inputs.metadata as { name: string }).name, inputs.spec]),
  );

const labels = (name: string) => ({
  "app.kubernetes.io/name": name,
  "app.kubernetes.io/part-of": "dtem",
});

const servers = [
  { name: "postgresql", port: 5432, image: postgresReleases["17.7"].image, uid: 70, gid: 70 },
  { name: "redis", port: 6379, image: valkeyReleases["8.1"].image, uid: 999, gid: 1000 },
];

describe("data: namespace and network policies", () => {
  it("enforces the restricted Pod Security Standard in a pinned version", async () => {
    const { metadata } = (await run()).get("data-namespace").inputs;
    assert.deepEqual(metadata, {
      name: "dtem-data",
      labels: {
        ...labels("dtem-data"),
        "app.kubernetes.io/component": "data",
        "pod-security.kubernetes.io/enforce": "restricted",
        "pod-security.kubernetes.io/enforce-version": "v1.34",
        "pod-security.kubernetes.io/audit": "restricted",
        "pod-security.kubernetes.io/audit-version": "v1.34",
        "pod-security.kubernetes.io/warn": "restricted",
        "pod-security.kubernetes.io/warn-version": "v1.34",
      },
    });
  });

  it("denies everything, then allows DNS, clients and the seed Job: exactly these", async () => {
    const clients = (name: string, port: number) => ({
      podSelector: { matchLabels: labels(name) },
      policyTypes: ["Ingress"],
      ingress: [
        {
          from: [
            {
              namespaceSelector: {
                matchLabels: { "app.kubernetes.io/part-of": "dtem" },
                matchExpressions: [
                  { key: "kubernetes.io/metadata.name", operator: "NotIn", values: ["dtem-data"] },
                ],
              },
            },
          ],
          ports: [{ protocol: "TCP", port }],
        },
      ],
    });
    const peer = (name: string) => [{ podSelector: { matchLabels: labels(name) } }];
    const ports = [{ protocol: "TCP", port: 5432 }];
    assert.deepEqual(policySpecs(await run()), {
      "default-deny": { podSelector: {}, policyTypes: ["Ingress", "Egress"] },
      "allow-dns": {
        podSelector: {},
        policyTypes: ["Egress"],
        egress: [
          {
            to: [
              {
                namespaceSelector: {
                  matchLabels: { "kubernetes.io/metadata.name": "kube-system" },
                },
                podSelector: { matchLabels: { "k8s-app": "kube-dns" } },
              },
            ],
            ports: [
              { protocol: "UDP", port: 53 },
              { protocol: "TCP", port: 53 },
            ],
          },
        ],
      },
      "postgresql-clients": clients("postgresql", 5432),
      "redis-clients": clients("redis", 6379),
      "dtem-seed-to-server": {
        podSelector: { matchLabels: labels("dtem-seed") },
        policyTypes: ["Egress"],
        egress: [{ to: peer("postgresql"), ports }],
      },
      "dtem-seed-at-server": {
        podSelector: { matchLabels: labels("postgresql") },
        policyTypes: ["Ingress"],
        ingress: [{ from: peer("dtem-seed"), ports }],
      },
    });
  });

  it("denies before anything runs", async () => {
    const program = await run();
    for (const pods of ["postgresql-server-server", "redis-server-server", "postgresql-seed-job"]) {
      assert.ok(program.waitsFor(pods, "data-default-deny"), pods);
    }
    assert.ok(program.waitsFor("postgresql-server-server", "postgresql-server-clients"));
    assert.ok(program.waitsFor("redis-server-server", "redis-server-clients"));
  });
});

describe("data: servers in the cluster", () => {
  for (const { name, port, image, uid, gid } of servers) {
    it(`${name}: one replica of the pinned image, with requests, limits and probes`, async () => {
      const program = await run();
      const { replicas, serviceName, selector } = program.get(`${name}-server-server`).inputs
        .spec as Props;
      assert.deepEqual(
        { replicas, serviceName, selector },
        { replicas: 1, serviceName: `${name}-headless`, selector: { matchLabels: labels(name) } },
      );
      const [container, ...others] = podOf(program, `${name}-server-server`).containers;
      assert.deepEqual(others, []);
      assert.equal(container.image, image);
      assert.deepEqual(Object.keys(container.resources.requests).sort(), ["cpu", "memory"]);
      assert.deepEqual(Object.keys(container.resources.limits).sort(), ["cpu", "memory"]);
      for (const probe of ["startupProbe", "readinessProbe", "livenessProbe"] as const) {
        assert.ok(container[probe], probe);
      }
    });

    it(`${name}: meets the restricted standard, and reaches no API server`, async () => {
      const pod = podOf(await run(), `${name}-server-server`);
      assert.deepEqual(pod.securityContext, {
        runAsNonRoot: true,
        runAsUser: uid,
        runAsGroup: gid,
        fsGroup: gid,
        fsGroupChangePolicy: "OnRootMismatch",
        seccompProfile: { type: "RuntimeDefault" },
      });
      assert.deepEqual(pod.containers[0].securityContext, {
        allowPrivilegeEscalation: false,
        readOnlyRootFilesystem: true,
        capabilities: { drop: ["ALL"] },
      });
      assert.equal(pod.automountServiceAccountToken, false);
      assert.equal(pod.enableServiceLinks, false);
    });

    it(`${name}: a Service of that name, and a headless one`, async () => {
      const program = await run();
      const spec = (service: string) => program.get(service).inputs.spec;
      const common = {
        selector: labels(name),
        ports: [{ name, port, targetPort: name, protocol: "TCP" }],
      };
      assert.deepEqual(spec(`${name}-server-service`), { ...common, type: "ClusterIP" });
      assert.deepEqual(spec(`${name}-server-headless`), { ...common, clusterIP: "None" });
    });

    it(`${name}: its password is in the Secret alone, and a secret there`, async () => {
      const program = await run();
      const password = `password-of-${name}-password`;
      const holders = program.resources.filter((resource) =>
        JSON.stringify(resource.inputs).includes(password),
      );
      assert.deepEqual(
        holders.map((resource) => [resource.name, resource.secretInputs]),
        [[`${name}-secret`, ["stringData"]]],
      );
    });

    it(`${name}: every mount has its volume`, async () => {
      const pod = podOf(await run(), `${name}-server-server`);
      assert.deepEqual(
        pod.containers[0].volumeMounts.map((mount) => mount.name).sort(),
        pod.volumes.map((volume) => volume.name).sort(),
      );
    });
  }

  it("keep their data in claims of the given size and class", async () => {
    const program = await run();
    assert.deepEqual(program.get("postgresql-server-data").inputs.spec, {
      accessModes: ["ReadWriteOnce"],
      resources: { requests: { storage: "5Gi" } },
    });
    assert.deepEqual(compare(program, await run({ storageClass: "hostpath" })), [
      "~ postgresql-server-data: spec",
      "~ redis-server-data: spec",
    ]);
  });

  it("are protected if and only if asked to", async () => {
    assert.deepEqual(protectedNames(await run()), []);
    assert.deepEqual(protectedNames(await run({ deletionProtection: true })), [
      "data-namespace",
      "postgresql-password",
      "postgresql-server-data",
      "redis-server-data",
    ]);
  });

  it("answer as the AWS tier does, without TLS", async () => {
    const { database, cache } = (await run()).result;
    const { host, port, database: name, username, tls, secret } = database;
    assert.deepEqual(await valueOf({ host, port, name, username, tls, secret }), {
      host: "postgresql.dtem-data.svc",
      port: 5432,
      name: "dtem_dev",
      username: "dtem",
      tls: "disable",
      secret: { store: "kubernetes", name: "dtem-data/postgresql" },
    });
    assert.deepEqual(
      await valueOf({ host: cache.host, port: cache.port, tls: cache.tls, secret: cache.secret }),
      {
        host: "redis.dtem-data.svc",
        port: 6379,
        tls: "disable",
        secret: { store: "kubernetes", name: "dtem-data/redis" },
      },
    );
  });

  it("register the same in a preview", async () => {
    const urns = async (preview: boolean) =>
      (await run({ preview })).resources.map((resource) => resource.urn).sort();
    assert.deepEqual(await urns(true), await urns(false));
  });
});

describe("data: PostgreSQL in the cluster", () => {
  it("reads the password from a file and keeps the data below the mount", async () => {
    const [container] = podOf(await run(), "postgresql-server-server").containers;
    assert.deepEqual(Object.fromEntries(container.env.map(({ name, value }) => [name, value])), {
      POSTGRES_DB: "dtem_dev",
      POSTGRES_USER: "dtem",
      POSTGRES_PASSWORD_FILE: "/run/secrets/postgresql/password",
      POSTGRES_INITDB_ARGS: "--data-checksums --encoding=UTF8",
      PGDATA: "/var/lib/postgresql/data/pgdata",
    });
  });

  it("is ready when it answers over TCP, which it does not while initialising", async () => {
    const [container] = podOf(await run(), "postgresql-server-server").containers;
    const exec = {
      command: ["pg_isready", "-h", "127.0.0.1", "-U", "dtem", "-d", "dtem_dev"],
    };
    assert.deepEqual(container.readinessProbe, { exec, timeoutSeconds: 5, periodSeconds: 10 });
  });
});

describe("data: Redis in the cluster", () => {
  it("starts from a file that appends, evicts nothing and includes the password", async () => {
    const program = await run();
    const [container] = podOf(program, "redis-server-server").containers;
    assert.deepEqual(container.command, ["valkey-server", "/etc/valkey/valkey.conf"]);
    assert.deepEqual(program.get("redis-config").inputs.data, { "valkey.conf": valkeyConfig });
    const lines = valkeyConfig.trimEnd().split("\n");
    assert.equal(lines[0], "include /run/secrets/redis/password.conf");
    assert.ok(lines.includes("appendonly yes"));
    assert.ok(lines.includes("maxmemory-policy noeviction"));
    assert.deepEqual(program.get("redis-secret").inputs.stringData, {
      password: "password-of-redis-password",
      "password.conf": "requirepass password-of-redis-password\n",
    });
  });

  it("is ready on PONG alone; the probe's password comes from the Secret", async () => {
    const [container] = podOf(await run(), "redis-server-server").containers;
    assert.deepEqual((container.readinessProbe?.exec as Props).command, [
      "sh",
      "-c",
      '[ "$(valkey-cli -h 127.0.0.1 ping)" = PONG ]',
    ]);
    assert.deepEqual(container.env, [
      {
        name: "REDISCLI_AUTH",
        valueFrom: { secretKeyRef: { name: "redis", key: "password" } },
      },
    ]);
  });
});

describe("data: SeedJob", () => {
  it("is there if and only if asked for", async () => {
    assert.deepEqual(compare(await run(), await run({ seed: false })), [
      "- postgresql-seed",
      "- postgresql-seed-at-server",
      "- postgresql-seed-job",
      "- postgresql-seed-sql",
      "- postgresql-seed-to-server",
    ]);
  });

  it("is named after its content, like its immutable SQL, and leaves nothing to expire", async () => {
    const program = await run();
    const job = program.get("postgresql-seed-job").inputs;
    const sql = program.get("postgresql-seed-sql").inputs;
    const { name } = job.metadata as { name: string };
    assert.match(name, /^dtem-seed-[0-9a-f]{10}$/);
    assert.equal((sql.metadata as { name: string }).name, name);
    assert.equal(sql.immutable, true);
    assert.deepEqual(Object.keys(job.spec as Props).sort(), [
      "activeDeadlineSeconds",
      "backoffLimit",
      "template",
    ]);
    assert.equal(
      ((await run()).get("postgresql-seed-job").inputs.metadata as { name: string }).name,
      name,
    );
  });

  it("gets another name with another script or image", () => {
    const name = seedJobName("SELECT 1", "postgres:17");
    assert.equal(seedJobName("SELECT 1", "postgres:17"), name);
    assert.notEqual(seedJobName("SELECT 2", "postgres:17"), name);
    assert.notEqual(seedJobName("SELECT 1", "postgres:18"), name);
  });

  it("runs again when the volume is replaced, after the old Job has gone", async () => {
    const triggers: [string, pulumi.Resource[]][] = [];
    const program = await withMocks(() => {
      const observe: pulumi.ResourceTransformation = ({ name, opts }) => {
        if (opts.replaceWith !== undefined) {
          triggers.push([name, opts.replaceWith]);
        }
        return undefined;
      };
      return new InClusterPostgresql(
        "postgresql",
        {
          namespace: "dtem-data",
          version: "17.7",
          databaseName: "dtem_dev",
          storageGiB: 5,
          seed: true,
          deletionProtection: false,
        },
        { transformations: [observe] },
      );
    });
    const urns = await Promise.all(
      triggers.map(async ([name, on]) => [
        name,
        ...(await Promise.all(on.map((each) => valueOf(each.urn)))),
      ]),
    );
    assert.deepEqual(urns, [["postgresql-seed-job", program.get("postgresql-server-data").urn]]);
    assert.equal(program.get("postgresql-seed-job").deleteBeforeReplace, true);
  });

  it("waits for the server, runs in one transaction, and takes its password from the Secret", async () => {
    const program = await run();
    for (const earlier of [
      "postgresql-server-server",
      "postgresql-server-service",
      "postgresql-seed-to-server",
      "postgresql-seed-at-server",
    ]) {
      assert.ok(program.waitsFor("postgresql-seed-job", earlier), earlier);
    }
    const pod = podOf(program, "postgresql-seed-job");
    const [container] = pod.containers;
    assert.match(container.command?.[3] ?? "", /^until pg_isready -q; do sleep 2; done\n/);
    assert.match(container.command?.[3] ?? "", /ON_ERROR_STOP=1 --single-transaction /);
    assert.deepEqual(container.env, [
      { name: "PGHOST", value: "postgresql.dtem-data.svc" },
      { name: "PGPORT", value: "5432" },
      { name: "PGDATABASE", value: "dtem_dev" },
      { name: "PGUSER", value: "dtem" },
      {
        name: "PGPASSWORD",
        valueFrom: { secretKeyRef: { name: "postgresql", key: "password" } },
      },
    ]);
    assert.equal(container.image, postgresReleases["17.7"].image);
    assert.equal(pod.securityContext.runAsNonRoot, true);
    assert.equal(container.securityContext.readOnlyRootFilesystem, true);
  });
});
