import { createHash } from "node:crypto";

import * as iam from "@pulumi/aws/iam";
import * as pulumi from "@pulumi/pulumi";

/** Tags as the component's arguments hold them. */
export type Tags = pulumi.Input<Record<string, pulumi.Input<string>>> | undefined;

/** Arguments of {@link ServiceRole}. */
export interface ServiceRoleArgs {
  /** Principal that may assume the role: `eks.amazonaws.com`. */
  readonly service: string;
  readonly description?: string;
  /** Names of AWS managed policies. */
  readonly managedPolicies: readonly string[];
  readonly partition: pulumi.Input<string>;
  readonly actions?: readonly string[];
  readonly tags: Tags;
}

/** A role for an AWS service with managed policies; `eks:index:ServiceRole` of the real provider. */
export class ServiceRole extends pulumi.ComponentResource {
  readonly role: iam.Role;
  readonly attachments: readonly iam.RolePolicyAttachment[];

  constructor(name: string, args: ServiceRoleArgs, opts: pulumi.ComponentResourceOptions) {
    super("eks:index:ServiceRole", name, {}, opts);
    this.role = new iam.Role(
      `${name}-role`,
      {
        description: args.description,
        assumeRolePolicy: JSON.stringify({
          Version: "2012-10-17",
          Statement: [
            {
              Action: args.actions ?? ["sts:AssumeRole"],
              Effect: "Allow",
              Principal: { Service: [args.service] },
            },
          ],
        }),
        tags: args.tags,
      },
      { parent: this },
    );
    this.attachments = args.managedPolicies.map(
      (policy) =>
        new iam.RolePolicyAttachment(
          `${name}-${shortHash(`arn:aws:iam::aws:policy/${policy}`)}`,
          {
            policyArn: pulumi.interpolate`arn:${args.partition}:iam::aws:policy/${policy}`,
            role: this.role.name,
          },
          { parent: this },
        ),
    );
    this.registerOutputs({ directRole: this.role });
  }
}

/** The real provider's way to tell a role's attachments apart. */
function shortHash(text: string): string {
  return createHash("sha1").update(text).digest("hex").slice(0, 8);
}
