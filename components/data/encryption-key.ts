import * as kms from "@pulumi/aws/kms";
import * as pulumi from "@pulumi/pulumi";

/** Arguments of {@link EncryptionKey}. */
export interface EncryptionKeyArgs {
  /** Alias without the prefix `alias/`, for example `dtem-prod-postgresql`. */
  readonly alias: string;
  /** What the key encrypts, for people in the console. */
  readonly description: string;
  /**
   * Key policy as JSON.
   *
   * @default AWS's own: the account's IAM policies decide, and services act through grants or on
   * behalf of the caller, which is what RDS, ElastiCache and Secrets Manager need.
   */
  readonly policy?: pulumi.Input<string>;
  /** Pulumi `protect`: the program cannot delete the key while this is on. */
  readonly deletionProtection: boolean;
}

/**
 * A customer-managed symmetric KMS key with yearly rotation and an alias.
 *
 * Deleting the key makes everything under it unreadable, final snapshots included. AWS waits 30
 * days (its maximum) before it does so; `aws kms cancel-key-deletion` brings the key back until then.
 */
export class EncryptionKey extends pulumi.ComponentResource {
  /** ARN of the key; use it rather than the alias, which can be pointed elsewhere. */
  readonly arn: pulumi.Output<string>;

  constructor(name: string, args: EncryptionKeyArgs, opts?: pulumi.ComponentResourceOptions) {
    super("dtem:data:EncryptionKey", name, {}, opts);
    const key = new kms.Key(
      `${name}-key`,
      {
        description: args.description,
        enableKeyRotation: true,
        deletionWindowInDays: 30,
        policy: args.policy,
        tags: { Name: args.alias },
      },
      { parent: this, protect: args.deletionProtection },
    );
    new kms.Alias(
      `${name}-alias`,
      { name: `alias/${args.alias}`, targetKeyId: key.keyId },
      { parent: this },
    );
    this.arn = key.arn;
    this.registerOutputs({ arn: this.arn });
  }
}
