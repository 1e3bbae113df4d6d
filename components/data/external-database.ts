import * as pulumi from "@pulumi/pulumi";

import type { DatabaseEndpoint, SecretReference, Tls } from "./endpoints";
import { type ExternalCredentials, externalSecret } from "./external-credentials";

/** Arguments of {@link ExternalDatabase}. */
export interface ExternalDatabaseArgs {
  /** Namespace of the Secret with the password. */
  readonly namespace: pulumi.Input<string>;
  /** DNS name or address. */
  readonly host: string;
  readonly port: number;
  readonly database: string;
  readonly username: string;
  readonly credentials: ExternalCredentials;
}

/**
 * A PostgreSQL server that somebody else runs, as in an on-premises production. It must offer TLS:
 * the traffic leaves the cluster.
 */
export class ExternalDatabase extends pulumi.ComponentResource implements DatabaseEndpoint {
  readonly host: pulumi.Output<string>;
  readonly port: number;
  readonly database: string;
  readonly username: string;
  readonly secret: SecretReference;
  readonly tls: Tls = "require";

  constructor(name: string, args: ExternalDatabaseArgs, opts?: pulumi.ComponentResourceOptions) {
    super("dtem:data:ExternalDatabase", name, {}, opts);
    this.host = pulumi.output(args.host);
    this.port = args.port;
    this.database = args.database;
    this.username = args.username;
    this.secret = externalSecret(
      `${name}-secret`,
      { ...args, secretName: "postgresql", component: "database" },
      { parent: this },
    );
    this.registerOutputs({
      host: this.host,
      port: this.port,
      database: this.database,
      username: this.username,
      secret: this.secret,
      tls: this.tls,
    });
  }
}
