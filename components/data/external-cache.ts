import * as pulumi from "@pulumi/pulumi";

import type { CacheEndpoint, SecretReference, Tls } from "./endpoints";
import { type ExternalCredentials, externalSecret } from "./external-credentials";

/** Arguments of {@link ExternalCache}. */
export interface ExternalCacheArgs {
  /** Namespace of the Secret with the password. */
  readonly namespace: pulumi.Input<string>;
  /** DNS name or address of the primary. */
  readonly host: string;
  readonly port: number;
  readonly credentials: ExternalCredentials;
}

/**
 * A Redis or Valkey server that somebody else runs, as in an on-premises production. It must offer
 * TLS: the traffic leaves the cluster.
 */
export class ExternalCache extends pulumi.ComponentResource implements CacheEndpoint {
  readonly host: pulumi.Output<string>;
  readonly port: number;
  readonly secret: SecretReference;
  readonly tls: Tls = "require";

  constructor(name: string, args: ExternalCacheArgs, opts?: pulumi.ComponentResourceOptions) {
    super("dtem:data:ExternalCache", name, {}, opts);
    this.host = pulumi.output(args.host);
    this.port = args.port;
    this.secret = externalSecret(
      `${name}-secret`,
      { ...args, secretName: "redis", component: "cache" },
      { parent: this },
    );
    this.registerOutputs({
      host: this.host,
      port: this.port,
      secret: this.secret,
      tls: this.tls,
    });
  }
}
