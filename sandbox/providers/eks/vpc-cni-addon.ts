import * as eks from "@pulumi/aws/eks";
import * as pulumi from "@pulumi/pulumi";

import { type CniOptions, cniConfiguration } from "./cni-configuration";
import type { Tags } from "./service-role";
import { sortedJson } from "./sorted-json";

/** Arguments of {@link VpcCniAddon}. */
export interface VpcCniAddonArgs {
  readonly options: CniOptions;
  readonly clusterName: pulumi.Output<string>;
  readonly clusterVersion: pulumi.Output<string>;
  readonly tags: Tags;
}

/** The VPC CNI as an EKS add-on; `eks:index:VpcCniAddon` of the real provider. */
export class VpcCniAddon extends pulumi.ComponentResource {
  readonly addon: eks.Addon;

  constructor(name: string, args: VpcCniAddonArgs, opts: pulumi.ComponentResourceOptions) {
    super("eks:index:VpcCniAddon", name, {}, opts);
    const { options } = args;
    if (options.securityContextPrivileged) {
      throw new pulumi.ResourceError(
        "The sandbox's eks provider does not model vpcCniOptions.securityContextPrivileged.",
        this,
      );
    }
    this.addon = new eks.Addon(
      name,
      {
        clusterName: args.clusterName,
        addonName: "vpc-cni",
        addonVersion:
          options.addonVersion ??
          eks.getAddonVersionOutput(
            { addonName: "vpc-cni", kubernetesVersion: args.clusterVersion, mostRecent: true },
            { parent: this },
          ).version,
        resolveConflictsOnCreate: options.resolveConflictsOnCreate ?? "OVERWRITE",
        resolveConflictsOnUpdate: options.resolveConflictsOnUpdate ?? "OVERWRITE",
        preserve: true,
        configurationValues: pulumi
          .output(options)
          .apply((resolved) => sortedJson(cniConfiguration(resolved))),
        serviceAccountRoleArn: options.serviceAccountRoleArn,
        tags: args.tags,
      },
      { parent: this },
    );
    this.registerOutputs({ addon: this.addon });
  }
}
