import * as batch from "@pulumi/kubernetes/batch/v1";
import * as core from "@pulumi/kubernetes/core/v1";
import * as networking from "@pulumi/kubernetes/networking/v1";
import * as pulumi from "@pulumi/pulumi";
import { createHash } from "node:crypto";

import { kubernetesLabels, selectorLabels } from "../naming";
import { createMockData, defaultMockSize } from "./mock-documents";
import { allowFrom, allowTo } from "./network-policies";
import {
  type Account,
  restrictedContainer,
  restrictedPod,
  withoutClusterAccess,
} from "./restricted-pod";
import { seedSql } from "./seed-sql";

const jobName = "dtem-seed";

/** Connection parameters come from the environment that `psql` reads by itself. */
const script = `until pg_isready -q; do sleep 2; done
exec psql --no-psqlrc --set ON_ERROR_STOP=1 --single-transaction --quiet --file /seed/seed.sql
`;

/** Name of the Job for a script and an image; differs as soon as what is run differs. */
export function seedJobName(sql: string, image: string): string {
  const content = JSON.stringify({ script, sql, image });
  return `${jobName}-${createHash("sha256").update(content).digest("hex").slice(0, 10)}`;
}

/** Arguments of {@link SeedJob}. */
export interface SeedJobArgs {
  readonly namespace: pulumi.Input<string>;
  /** Image with `psql`, of the server's version. */
  readonly image: string;
  /** User that the image runs as. */
  readonly account: Account;
  readonly host: pulumi.Input<string>;
  readonly port: number;
  readonly database: string;
  readonly username: string;
  /** Secret of the same namespace whose key `password` is the password. */
  readonly passwordSecretName: pulumi.Input<string>;
  /** Value of the label `app.kubernetes.io/name` of the server's pods. */
  readonly serverName: string;
  /** The server's volume: if it is replaced, the data is gone and the Job runs again. */
  readonly volume: pulumi.Resource;
}

/**
 * Fills the database with mock documents, once per content.
 *
 * Jobs cannot be changed, so the name carries a hash of what it does: a changed seed is a new Job.
 * Finished Jobs stay, since a time to live would make each later preview want to create it again.
 */
export class SeedJob extends pulumi.ComponentResource {
  constructor(name: string, args: SeedJobArgs, opts?: pulumi.ComponentResourceOptions) {
    super("dtem:data:SeedJob", name, {}, opts);
    const sql = seedSql(createMockData(defaultMockSize));
    const objectName = seedJobName(sql, args.image);
    const labels = kubernetesLabels({ name: jobName, component: "seed" });
    const client = selectorLabels({ name: jobName });
    const server = selectorLabels({ name: args.serverName });

    const policies = Object.entries({
      "to-server": allowTo(client, server, args.port),
      "at-server": allowFrom(client, server, args.port),
    }).map(
      ([role, spec]) =>
        new networking.NetworkPolicy(
          `${name}-${role}`,
          { metadata: { name: `${jobName}-${role}`, namespace: args.namespace, labels }, spec },
          { parent: this },
        ),
    );
    const content = new core.ConfigMap(
      `${name}-sql`,
      {
        metadata: { name: objectName, namespace: args.namespace, labels },
        immutable: true,
        data: { "seed.sql": sql },
      },
      { parent: this },
    );
    new batch.Job(
      `${name}-job`,
      {
        metadata: { name: objectName, namespace: args.namespace, labels },
        spec: {
          backoffLimit: 6,
          // Includes waiting for the database and pulling the image.
          activeDeadlineSeconds: 600,
          template: {
            metadata: { labels },
            spec: {
              ...withoutClusterAccess,
              restartPolicy: "Never",
              securityContext: restrictedPod(args.account),
              containers: [
                {
                  name: "seed",
                  image: args.image,
                  imagePullPolicy: "IfNotPresent",
                  command: ["sh", "-eu", "-c", script],
                  env: [
                    { name: "PGHOST", value: args.host },
                    { name: "PGPORT", value: String(args.port) },
                    { name: "PGDATABASE", value: args.database },
                    { name: "PGUSER", value: args.username },
                    {
                      name: "PGPASSWORD",
                      valueFrom: {
                        secretKeyRef: { name: args.passwordSecretName, key: "password" },
                      },
                    },
                  ],
                  resources: {
                    requests: { cpu: "50m", memory: "32Mi" },
                    limits: { cpu: "500m", memory: "128Mi" },
                  },
                  securityContext: restrictedContainer,
                  volumeMounts: [{ name: "sql", mountPath: "/seed", readOnly: true }],
                },
              ],
              volumes: [{ name: "sql", configMap: { name: content.metadata.name } }],
            },
          },
        },
      },
      {
        parent: this,
        dependsOn: policies,
        // The name stays the same then, so the old Job has to go first.
        replaceWith: [args.volume],
        deleteBeforeReplace: true,
      },
    );
    this.registerOutputs({});
  }
}
