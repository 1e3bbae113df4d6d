/**
 * What the stages after the data tier get to see of a database and a cache.
 *
 * RDS, ElastiCache, a StatefulSet and a server that somebody else runs all answer to these
 * interfaces, so nothing downstream can depend on which of them it is.
 */
import type * as pulumi from "@pulumi/pulumi";

/** Where a password is kept. The value itself is never an output of the program. */
export interface SecretReference {
  /**
   * - `aws-secrets-manager`: a JSON document whose key `password` is the password;
   * - `kubernetes`: a Secret whose key `password` is the password;
   * - `pulumi-config`: a secret of the stack's configuration.
   */
  readonly store: "aws-secrets-manager" | "kubernetes" | "pulumi-config";
  /** ARN of the secret, `namespace/name` of the Secret, or the configuration key. */
  readonly name: pulumi.Output<string>;
}

/** Whether clients must speak TLS (`sslmode=require` and above) or the server offers none. */
export type Tls = "require" | "disable";

/** How to connect to PostgreSQL. */
export interface DatabaseEndpoint {
  /** DNS name or address. */
  readonly host: pulumi.Output<string>;
  readonly port: number;
  readonly database: string;
  readonly username: string;
  readonly secret: SecretReference;
  readonly tls: Tls;
}

/** How to connect to Redis (the protocol; the server is Valkey, docs/decisions/0001). */
export interface CacheEndpoint {
  /** DNS name or address of the primary. */
  readonly host: pulumi.Output<string>;
  readonly port: number;
  readonly secret: SecretReference;
  readonly tls: Tls;
}

/** The endpoint and nothing else, as a stack's output: what implements it has more properties. */
export function databaseOutputs(endpoint: DatabaseEndpoint): DatabaseEndpoint {
  const { host, port, database, username, secret, tls } = endpoint;
  return { host, port, database, username, secret, tls };
}

/** The endpoint and nothing else, as a stack's output. */
export function cacheOutputs(endpoint: CacheEndpoint): CacheEndpoint {
  const { host, port, secret, tls } = endpoint;
  return { host, port, secret, tls };
}
