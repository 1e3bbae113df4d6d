/** Specifications of the network policies of the data namespace; values only, no resources. */
import type { types } from "@pulumi/kubernetes";
import type * as pulumi from "@pulumi/pulumi";

type NetworkPolicySpec = types.input.networking.v1.NetworkPolicySpec;
type Labels = Readonly<Record<string, string>>;

/** Nothing in, nothing out, for every pod that no other policy speaks of. */
export const denyAll: NetworkPolicySpec = {
  podSelector: {},
  policyTypes: ["Ingress", "Egress"],
};

/** Names are looked up at the cluster's DNS, and nowhere else. */
export const allowDns: NetworkPolicySpec = {
  podSelector: {},
  policyTypes: ["Egress"],
  egress: [
    {
      to: [
        {
          namespaceSelector: { matchLabels: { "kubernetes.io/metadata.name": "kube-system" } },
          podSelector: { matchLabels: { "k8s-app": "kube-dns" } },
        },
      ],
      ports: [
        { protocol: "UDP", port: 53 },
        { protocol: "TCP", port: 53 },
      ],
    },
  ],
};

/**
 * Lets the namespaces of DTEM reach one port of a server. The data namespace is part of DTEM as
 * well, but its pods are no clients of each other.
 */
export function allowClients(
  server: Labels,
  port: number,
  dataNamespace: pulumi.Input<string>,
): NetworkPolicySpec {
  return {
    podSelector: { matchLabels: server },
    policyTypes: ["Ingress"],
    ingress: [
      {
        from: [
          {
            namespaceSelector: {
              matchLabels: { "app.kubernetes.io/part-of": "dtem" },
              matchExpressions: [
                {
                  key: "kubernetes.io/metadata.name",
                  operator: "NotIn",
                  values: [dataNamespace],
                },
              ],
            },
          },
        ],
        ports: [{ protocol: "TCP", port }],
      },
    ],
  };
}

/** Lets one kind of pod of the data namespace into another: the half at the server. */
export function allowFrom(client: Labels, server: Labels, port: number): NetworkPolicySpec {
  return {
    podSelector: { matchLabels: server },
    policyTypes: ["Ingress"],
    ingress: [
      { from: [{ podSelector: { matchLabels: client } }], ports: [{ protocol: "TCP", port }] },
    ],
  };
}

/** The half of {@link allowFrom} at the client. */
export function allowTo(client: Labels, server: Labels, port: number): NetworkPolicySpec {
  return {
    podSelector: { matchLabels: client },
    policyTypes: ["Egress"],
    egress: [
      { to: [{ podSelector: { matchLabels: server } }], ports: [{ protocol: "TCP", port }] },
    ],
  };
}
