import * as secretsmanager from "@pulumi/aws/secretsmanager";
import * as pulumi from "@pulumi/pulumi";

import { EncryptionKey } from "./encryption-key";

/** Arguments of {@link StoredSecret}. */
export interface StoredSecretArgs {
  /** Start of the secret's name; AWS adds a random end. Also the alias of the key. */
  readonly namePrefix: string;
  readonly description: string;
  /** JSON document; must hold the key `password` (see `SecretReference`). */
  readonly value: pulumi.Input<string>;
  /** Protects secret and key, and keeps a deleted secret restorable for 30 days (else none). */
  readonly deletionProtection: boolean;
}

/**
 * A secret in AWS Secrets Manager under a key of its own.
 *
 * The name ends in random characters, because AWS keeps the name of a deleted secret taken for the
 * whole recovery window: with a fixed name, a stack could not be rebuilt after a disaster.
 */
export class StoredSecret extends pulumi.ComponentResource {
  /** ARN, readable only once the value is stored. */
  readonly arn: pulumi.Output<string>;

  constructor(name: string, args: StoredSecretArgs, opts?: pulumi.ComponentResourceOptions) {
    super("dtem:data:StoredSecret", name, {}, opts);
    const key = new EncryptionKey(
      `${name}-encryption`,
      {
        alias: args.namePrefix,
        description: args.description,
        deletionProtection: args.deletionProtection,
      },
      { parent: this },
    );
    const secret = new secretsmanager.Secret(
      `${name}-secret`,
      {
        namePrefix: `${args.namePrefix}-`,
        description: args.description,
        kmsKeyId: key.arn,
        recoveryWindowInDays: args.deletionProtection ? 30 : 0,
        tags: { Name: args.namePrefix },
      },
      { parent: this, protect: args.deletionProtection },
    );
    const version = new secretsmanager.SecretVersion(
      `${name}-value`,
      { secretId: secret.arn, secretString: args.value },
      { parent: this },
    );
    // Read from the version, so that whoever uses the ARN waits for a value to be there.
    this.arn = version.secretId;
    this.registerOutputs({ arn: this.arn });
  }
}
