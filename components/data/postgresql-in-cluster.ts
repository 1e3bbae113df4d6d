import * as core from "@pulumi/kubernetes/core/v1";
import * as pulumi from "@pulumi/pulumi";
import { RandomPassword } from "@pulumi/random";

import { kubernetesLabels } from "../naming";
import { type PostgresVersion, postgresReleases } from "../versions";
import type { DatabaseEndpoint, SecretReference, Tls } from "./endpoints";
import { InClusterServer } from "./in-cluster-server";
import type { Account } from "./restricted-pod";
import { SeedJob } from "./seed-job";

/** Name of Service, Secret and the rest; also the key of the chart values in spec 3.6.2. */
const serverName = "postgresql";
const port = 5432;
const username = "dtem";
const dataPath = "/var/lib/postgresql/data";
const passwordPath = "/run/secrets/postgresql";

/** User `postgres` of the official Alpine images. */
export const postgresAccount: Account = { uid: 70, gid: 70 };

/** Arguments of {@link InClusterPostgresql}. */
export interface InClusterPostgresqlArgs {
  /** Namespace of the data tier; see `DataNamespace`. */
  readonly namespace: pulumi.Input<string>;
  readonly version: PostgresVersion;
  /** Created with the data directory; a later change has no effect on an existing one. */
  readonly databaseName: string;
  readonly storageGiB: number;
  /** @default the cluster's default storage class */
  readonly storageClass?: string;
  /** Fills the database with mock documents. */
  readonly seed: boolean;
  /** Pulumi `protect` on the volume and the password. */
  readonly deletionProtection: boolean;
}

/** PostgreSQL inside the cluster, for development: one pod, one volume, no TLS. */
export class InClusterPostgresql extends pulumi.ComponentResource implements DatabaseEndpoint {
  readonly host: pulumi.Output<string>;
  readonly port = port;
  readonly database: string;
  readonly username = username;
  readonly secret: SecretReference;
  readonly tls: Tls = "disable";

  constructor(
    private readonly name: string,
    private readonly args: InClusterPostgresqlArgs,
    opts?: pulumi.ComponentResourceOptions,
  ) {
    super("dtem:data:InClusterPostgresql", name, {}, opts);
    const secret = this.createSecret();
    const server = this.createServer(secret);
    this.host = server.host;
    this.database = args.databaseName;
    this.secret = {
      store: "kubernetes",
      name: pulumi.interpolate`${secret.metadata.namespace}/${secret.metadata.name}`,
    };
    if (args.seed) {
      new SeedJob(
        `${name}-seed`,
        {
          namespace: args.namespace,
          image: postgresReleases[args.version].image,
          account: postgresAccount,
          host: server.host,
          port,
          database: args.databaseName,
          username,
          passwordSecretName: secret.metadata.name,
          serverName,
          volume: server.volume,
        },
        { parent: this },
      );
    }
    this.registerOutputs({
      host: this.host,
      port: this.port,
      database: this.database,
      username: this.username,
      secret: this.secret,
      tls: this.tls,
    });
  }

  private createSecret(): core.Secret {
    const { namespace, version, deletionProtection } = this.args;
    const password = new RandomPassword(
      `${this.name}-password`,
      { length: 32, special: false },
      { parent: this, protect: deletionProtection },
    );
    return new core.Secret(
      `${this.name}-secret`,
      {
        metadata: {
          name: serverName,
          namespace,
          labels: kubernetesLabels({ name: serverName, component: "database", version }),
        },
        stringData: { username, password: password.result },
      },
      { parent: this },
    );
  }

  private createServer(secret: core.Secret): InClusterServer {
    const { args } = this;
    // Over TCP: while the image initialises the data directory, its server listens on the socket
    // only, and must not be taken for ready.
    const ready = {
      exec: {
        command: ["pg_isready", "-h", "127.0.0.1", "-U", username, "-d", args.databaseName],
      },
      timeoutSeconds: 5,
    };
    return new InClusterServer(
      `${this.name}-server`,
      {
        ...args,
        serverName,
        component: "database",
        image: postgresReleases[args.version].image,
        port,
        account: postgresAccount,
        dataPath,
        container: {
          env: [
            { name: "POSTGRES_DB", value: args.databaseName },
            { name: "POSTGRES_USER", value: username },
            { name: "POSTGRES_PASSWORD_FILE", value: `${passwordPath}/password` },
            { name: "POSTGRES_INITDB_ARGS", value: "--data-checksums --encoding=UTF8" },
            // Below the mount: initdb refuses a directory that holds `lost+found`.
            { name: "PGDATA", value: `${dataPath}/pgdata` },
          ],
          startupProbe: { ...ready, periodSeconds: 5, failureThreshold: 60 },
          readinessProbe: { ...ready, periodSeconds: 10 },
          livenessProbe: { ...ready, periodSeconds: 20, failureThreshold: 6 },
          resources: {
            requests: { cpu: "100m", memory: "256Mi" },
            limits: { cpu: "1", memory: "512Mi" },
          },
          volumeMounts: [
            { name: "password", mountPath: passwordPath, readOnly: true },
            { name: "run", mountPath: "/var/run/postgresql" },
            { name: "tmp", mountPath: "/tmp" },
          ],
        },
        volumes: [
          {
            name: "password",
            secret: {
              secretName: secret.metadata.name,
              items: [{ key: "password", path: "password" }],
              defaultMode: 0o440,
            },
          },
          { name: "run", emptyDir: { medium: "Memory", sizeLimit: "16Mi" } },
          { name: "tmp", emptyDir: { sizeLimit: "256Mi" } },
        ],
      },
      { parent: this },
    );
  }
}
