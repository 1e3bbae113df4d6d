import * as core from "@pulumi/kubernetes/core/v1";
import * as pulumi from "@pulumi/pulumi";
import { RandomPassword } from "@pulumi/random";
import { createHash } from "node:crypto";

import { kubernetesLabels } from "../naming";
import { type ValkeyVersion, valkeyReleases } from "../versions";
import type { CacheEndpoint, SecretReference, Tls } from "./endpoints";
import { InClusterServer } from "./in-cluster-server";

/** Name of Service, Secret and the rest: the specification's, whatever server answers to it. */
const serverName = "redis";
const port = 6379;
const configPath = "/etc/valkey";
const passwordPath = "/run/secrets/redis";

/**
 * Configuration of the server. The password is in a file of its own, so that this one is no secret
 * and no command line shows it. The memory stays below the container's limit, with room for the
 * copy that a rewrite of the log takes; what is full refuses writes, as on ElastiCache.
 */
export const valkeyConfig = `include ${passwordPath}/password.conf
dir /data
appendonly yes
appendfsync everysec
save ""
maxmemory 160mb
maxmemory-policy noeviction
`;

/** Arguments of {@link InClusterRedis}. */
export interface InClusterRedisArgs {
  /** Namespace of the data tier; see `DataNamespace`. */
  readonly namespace: pulumi.Input<string>;
  readonly version: ValkeyVersion;
  readonly storageGiB: number;
  /** @default the cluster's default storage class */
  readonly storageClass?: string;
  /** Pulumi `protect` on the volume. */
  readonly deletionProtection: boolean;
}

/** Redis (Valkey) inside the cluster, for development: one pod, one volume, no TLS. */
export class InClusterRedis extends pulumi.ComponentResource implements CacheEndpoint {
  readonly host: pulumi.Output<string>;
  readonly port = port;
  readonly secret: SecretReference;
  readonly tls: Tls = "disable";

  constructor(
    private readonly name: string,
    private readonly args: InClusterRedisArgs,
    opts?: pulumi.ComponentResourceOptions,
  ) {
    super("dtem:data:InClusterRedis", name, {}, opts);
    const secret = this.createSecret();
    this.host = this.createServer(secret, this.createConfig()).host;
    this.secret = {
      store: "kubernetes",
      name: pulumi.interpolate`${secret.metadata.namespace}/${secret.metadata.name}`,
    };
    this.registerOutputs({
      host: this.host,
      port: this.port,
      secret: this.secret,
      tls: this.tls,
    });
  }

  private metadata(objectName: string) {
    const { namespace, version } = this.args;
    const labels = kubernetesLabels({ name: serverName, component: "cache", version });
    return { name: objectName, namespace, labels };
  }

  private createSecret(): core.Secret {
    const password = new RandomPassword(
      `${this.name}-password`,
      { length: 32, special: false },
      { parent: this },
    );
    return new core.Secret(
      `${this.name}-secret`,
      {
        metadata: this.metadata(serverName),
        stringData: {
          password: password.result,
          // Letters and digits only, so nothing in the file needs quoting.
          "password.conf": pulumi.interpolate`requirepass ${password.result}\n`,
        },
      },
      { parent: this },
    );
  }

  private createConfig(): core.ConfigMap {
    return new core.ConfigMap(
      `${this.name}-config`,
      { metadata: this.metadata(`${serverName}-config`), data: { "valkey.conf": valkeyConfig } },
      { parent: this },
    );
  }

  private createServer(secret: core.Secret, config: core.ConfigMap): InClusterServer {
    const { args } = this;
    const secretName = secret.metadata.name;
    // The reply counts, not the exit status: `valkey-cli` succeeds on "-LOADING" and "-NOAUTH" too.
    const answers = {
      exec: { command: ["sh", "-c", '[ "$(valkey-cli -h 127.0.0.1 ping)" = PONG ]'] },
      timeoutSeconds: 5,
    };
    return new InClusterServer(
      `${this.name}-server`,
      {
        ...args,
        serverName,
        component: "cache",
        image: valkeyReleases[args.version].image,
        port,
        // User `valkey` of the official Alpine images.
        account: { uid: 999, gid: 1000 },
        dataPath: "/data",
        container: {
          command: ["valkey-server", `${configPath}/valkey.conf`],
          env: [
            // Read by `valkey-cli` in the probes.
            {
              name: "REDISCLI_AUTH",
              valueFrom: { secretKeyRef: { name: secretName, key: "password" } },
            },
          ],
          startupProbe: { ...answers, periodSeconds: 5, failureThreshold: 60 },
          readinessProbe: { ...answers, periodSeconds: 10 },
          // Only that it listens: a server that is busy with one long command is not to be killed.
          livenessProbe: {
            tcpSocket: { port: serverName },
            periodSeconds: 20,
            failureThreshold: 6,
          },
          resources: {
            requests: { cpu: "50m", memory: "128Mi" },
            limits: { cpu: "500m", memory: "384Mi" },
          },
          volumeMounts: [
            { name: "config", mountPath: configPath, readOnly: true },
            { name: "password", mountPath: passwordPath, readOnly: true },
          ],
        },
        volumes: [
          { name: "config", configMap: { name: config.metadata.name } },
          {
            name: "password",
            secret: {
              secretName,
              items: [{ key: "password.conf", path: "password.conf" }],
              defaultMode: 0o440,
            },
          },
        ],
        // The server reads its file once: a changed configuration has to restart it.
        podAnnotations: {
          "dtem/config-hash": createHash("sha256").update(valkeyConfig).digest("hex").slice(0, 16),
        },
      },
      { parent: this },
    );
  }
}
