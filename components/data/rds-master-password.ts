import type * as rds from "@pulumi/aws/rds";
import * as pulumi from "@pulumi/pulumi";
import { RandomPassword } from "@pulumi/random";

import { EncryptionKey } from "./encryption-key";
import type { SecretReference } from "./endpoints";
import { StoredSecret } from "./stored-secret";

/** The inputs of an instance that decide who keeps its master password. */
export type MasterPasswordInputs = Pick<
  rds.InstanceArgs,
  "manageMasterUserPassword" | "masterUserSecretKmsKeyId" | "password"
>;

/** Arguments of {@link MasterPassword}. */
export interface MasterPasswordArgs {
  /** Identifier of the instance. */
  readonly identifier: string;
  readonly username: string;
  /**
   * - `rds`: RDS makes the password, keeps it in Secrets Manager and rotates it every seven days.
   *   The program never sees it.
   * - `stored`: the program makes it and keeps it in Secrets Manager; the state holds it, encrypted.
   *   Needed with a read replica (docs/decisions/0002).
   */
  readonly keeper: "rds" | "stored";
  readonly deletionProtection: boolean;
}

/** Where the master password of an instance comes from and is kept, under a key of its own. */
export class MasterPassword extends pulumi.ComponentResource {
  /** To be spread into the arguments of the instance. */
  readonly inputs: MasterPasswordInputs;
  private readonly stored: StoredSecret | undefined;

  constructor(name: string, args: MasterPasswordArgs, opts?: pulumi.ComponentResourceOptions) {
    super("dtem:data:MasterPassword", name, {}, opts);
    const secretName = `${args.identifier}-postgresql-master`;
    const description = `Master password of the RDS instance ${args.identifier}`;
    if (args.keeper === "rds") {
      const key = new EncryptionKey(
        `${name}-encryption`,
        { alias: secretName, description, deletionProtection: args.deletionProtection },
        { parent: this },
      );
      this.inputs = { manageMasterUserPassword: true, masterUserSecretKmsKeyId: key.arn };
    } else {
      // RDS refuses "/", "@", quotes and spaces; letters and digits need no escaping in URLs either.
      const password = new RandomPassword(
        `${name}-password`,
        { length: 48, special: false },
        { parent: this },
      );
      this.stored = new StoredSecret(
        `${name}-stored`,
        {
          namePrefix: secretName,
          description,
          value: pulumi.jsonStringify({ username: args.username, password: password.result }),
          deletionProtection: args.deletionProtection,
        },
        { parent: this },
      );
      this.inputs = { password: password.result };
    }
    this.registerOutputs({});
  }

  /** Where clients find the password of `instance`, which was made with {@link inputs}. */
  referenceFor(instance: rds.Instance): SecretReference {
    const name = this.stored?.arn ?? instance.masterUserSecrets.apply(managedSecretArn);
    return { store: "aws-secrets-manager", name };
  }
}

/**
 * ARN of the secret that RDS keeps the master password in.
 *
 * @throws RunError when RDS reports none, as for an instance that was imported with a password
 */
export function managedSecretArn(secrets: readonly { readonly secretArn: string }[]): string {
  const [secret] = secrets;
  if (secret === undefined) {
    throw new pulumi.RunError(
      "RDS reports no master password in its keeping: set manageMasterUserPassword on the instance, `pulumi refresh`",
    );
  }
  return secret.secretArn;
}
