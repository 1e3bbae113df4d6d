import * as eks from "@pulumi/aws/eks";
import * as pulumi from "@pulumi/pulumi";

import { type EksAddonVersions, kubernetesReleases, type KubernetesVersion } from "../versions";
import {
  coreDnsConfiguration,
  type CoreDnsConfiguration,
  ebsCsiConfiguration,
  type EbsCsiConfiguration,
  metricsServerConfiguration,
  type MetricsServerConfiguration,
} from "./addon-configuration";
import type { Placement } from "./placement";
import { WorkloadIdentity } from "./pod-identity";

/** Arguments of {@link EksAddons}. */
export interface EksAddonsArgs {
  /** The cluster's `name` output, so that add-ons go before the cluster does. */
  readonly clusterName: pulumi.Input<string>;
  readonly kubernetesVersion: KubernetesVersion;
  /** Where the add-ons' controllers run: the system nodes. */
  readonly placement: Placement;
}

type Configuration = CoreDnsConfiguration | EbsCsiConfiguration | MetricsServerConfiguration;

/**
 * The EKS add-ons that consist of pods and so need nodes: CoreDNS, EBS CSI driver, metrics-server.
 *
 * Pass the node groups as `dependsOn`: an add-on without nodes stays degraded until its creation
 * times out, and one that outlives its nodes cannot be taken down in order. Versions are pinned per
 * Kubernetes version; what somebody changed by hand on the cluster is overwritten.
 */
export class EksAddons extends pulumi.ComponentResource {
  private readonly versions: EksAddonVersions;

  constructor(
    private readonly name: string,
    private readonly args: EksAddonsArgs,
    opts?: pulumi.ComponentResourceOptions,
  ) {
    super("dtem:cluster:EksAddons", name, {}, opts);
    this.versions = kubernetesReleases[args.kubernetesVersion].addons;

    const dns = this.createAddon(
      "coredns",
      this.versions.coreDns,
      coreDnsConfiguration(args.placement),
      [],
    );
    this.createAddon(
      "aws-ebs-csi-driver",
      this.versions.ebsCsiDriver,
      ebsCsiConfiguration(args.placement),
      // Its controller calls EC2 by name and as the role: names and role come first.
      [dns, this.createEbsIdentity()],
    );
    this.createAddon(
      "metrics-server",
      this.versions.metricsServer,
      metricsServerConfiguration(args.placement),
      [],
    );
    this.registerOutputs({});
  }

  private createAddon(
    addonName: string,
    addonVersion: string,
    configuration: Configuration,
    dependsOn: pulumi.Resource[],
  ): eks.Addon {
    return new eks.Addon(
      `${this.name}-${addonName}`,
      {
        clusterName: this.args.clusterName,
        addonName,
        addonVersion,
        configurationValues: JSON.stringify(configuration),
        resolveConflictsOnCreate: "OVERWRITE",
        resolveConflictsOnUpdate: "OVERWRITE",
      },
      { parent: this, dependsOn },
    );
  }

  /**
   * The driver's role. Volumes are encrypted with the account's key for EBS, whose policy admits
   * whoever may use EBS; a key of our own would need a KMS statement here.
   */
  private createEbsIdentity(): WorkloadIdentity {
    return new WorkloadIdentity(
      `${this.name}-ebs-identity`,
      {
        clusterName: this.args.clusterName,
        namespace: "kube-system",
        serviceAccount: "ebs-csi-controller-sa",
        managedPolicies: {
          ebs: "arn:aws:iam::aws:policy/service-role/AmazonEBSCSIDriverPolicyV2",
        },
      },
      { parent: this },
    );
  }
}
