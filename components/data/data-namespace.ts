import * as core from "@pulumi/kubernetes/core/v1";
import * as networking from "@pulumi/kubernetes/networking/v1";
import * as pulumi from "@pulumi/pulumi";

import { kubernetesLabels } from "../naming";
import { allowDns, denyAll } from "./network-policies";

/**
 * Release of the Pod Security Standard that is enforced: the oldest Kubernetes of `versions.ts`.
 * Pinned, so that an upgrade of the cluster does not refuse pods by itself.
 */
const podSecurityVersion = "v1.34";

/** Arguments of {@link DataNamespace}. */
export interface DataNamespaceArgs {
  /** Name of the namespace. */
  readonly namespace: string;
  /** Pulumi `protect`: with the namespace, its volumes go too. */
  readonly deletionProtection: boolean;
}

/**
 * Namespace of data servers and of secrets of external ones: only pods of the Pod Security Standard
 * `restricted`, and no traffic but DNS until a server's own policy allows it.
 */
export class DataNamespace extends pulumi.ComponentResource {
  /** Name of the namespace, usable only once it denies traffic by default. */
  readonly namespace: pulumi.Output<string>;

  constructor(name: string, args: DataNamespaceArgs, opts?: pulumi.ComponentResourceOptions) {
    super("dtem:data:DataNamespace", name, {}, opts);
    const labels = kubernetesLabels({ name: args.namespace, component: "data" });
    const namespace = new core.Namespace(
      `${name}-namespace`,
      {
        metadata: {
          name: args.namespace,
          labels: {
            ...labels,
            "pod-security.kubernetes.io/enforce": "restricted",
            "pod-security.kubernetes.io/enforce-version": podSecurityVersion,
            "pod-security.kubernetes.io/audit": "restricted",
            "pod-security.kubernetes.io/audit-version": podSecurityVersion,
            "pod-security.kubernetes.io/warn": "restricted",
            "pod-security.kubernetes.io/warn-version": podSecurityVersion,
          },
        },
      },
      { parent: this, protect: args.deletionProtection },
    );
    const policies = Object.entries({ "default-deny": denyAll, "allow-dns": allowDns }).map(
      ([role, spec]) =>
        new networking.NetworkPolicy(
          `${name}-${role}`,
          { metadata: { name: role, namespace: namespace.metadata.name, labels }, spec },
          { parent: this },
        ),
    );
    // Echoes of inputs, so that the name is known in a preview too.
    this.namespace = pulumi
      .all([namespace.metadata.name, policies.map((policy) => policy.metadata.namespace)])
      .apply(([known]) => known);
    this.registerOutputs({ namespace: this.namespace });
  }
}
