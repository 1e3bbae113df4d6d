/** What a cluster of our own holds from the start: nodes and a default storage class. */
import { zones } from "./cluster";

/** An object and the path of its collection. */
export interface InitialObject {
  readonly collection: string;
  readonly object: object;
}

/** Name of the default storage class, as in kind. */
export const defaultStorageClass = "standard";

/** Names of the nodes: `node-a`, one a zone. */
export const nodeNames = zones.map((zone) => `node-${zone.slice(-1)}`);

/** The objects, in the order of their creation. */
export function initialObjects(kubernetesVersion: string): InitialObject[] {
  return [
    ...zones.map((zone, index) => ({
      collection: "/api/v1/nodes",
      object: node(zone, index, kubernetesVersion),
    })),
    { collection: "/apis/storage.k8s.io/v1/storageclasses", object: storageClass() },
  ];
}

/** A node of the size of an m6i.xlarge, pods as the VPC CNI allows on it. */
function node(zone: string, index: number, kubernetesVersion: string): object {
  const name = nodeNames[index];
  const resources = { cpu: "4", memory: "16Gi", "ephemeral-storage": "100Gi", pods: "58" };
  return {
    apiVersion: "v1",
    kind: "Node",
    metadata: {
      name,
      labels: {
        "kubernetes.io/arch": "amd64",
        "kubernetes.io/hostname": name,
        "kubernetes.io/os": "linux",
        "node.kubernetes.io/instance-type": "m6i.xlarge",
        "topology.kubernetes.io/region": zone.slice(0, -1),
        "topology.kubernetes.io/zone": zone,
      },
    },
    spec: { podCIDR: `10.244.${index}.0/24`, podCIDRs: [`10.244.${index}.0/24`] },
    status: {
      addresses: [
        { type: "InternalIP", address: `10.0.${index}.10` },
        { type: "Hostname", address: name },
      ],
      allocatable: resources,
      capacity: resources,
      nodeInfo: {
        architecture: "amd64",
        bootID: "",
        containerRuntimeVersion: "kwok",
        kernelVersion: "",
        kubeProxyVersion: "",
        kubeletVersion: kubernetesVersion,
        machineID: "",
        operatingSystem: "linux",
        osImage: "kwok: no containers run here",
        systemUUID: "",
      },
    },
  };
}

function storageClass(): object {
  return {
    apiVersion: "storage.k8s.io/v1",
    kind: "StorageClass",
    metadata: {
      name: defaultStorageClass,
      annotations: { "storageclass.kubernetes.io/is-default-class": "true" },
    },
    provisioner: "kubernetes.io/host-path",
    reclaimPolicy: "Delete",
    volumeBindingMode: "WaitForFirstConsumer",
  };
}
