import * as apps from "@pulumi/kubernetes/apps/v1";
import * as core from "@pulumi/kubernetes/core/v1";
import * as networking from "@pulumi/kubernetes/networking/v1";
import type { types } from "@pulumi/kubernetes";
import * as pulumi from "@pulumi/pulumi";

import { kubernetesLabels, selectorLabels } from "../naming";
import { allowClients } from "./network-policies";
import {
  type Account,
  restrictedContainer,
  restrictedPod,
  withoutClusterAccess,
} from "./restricted-pod";

/** What only the server's own image decides about its container. */
type ContainerPart = Required<
  Pick<
    types.input.core.v1.Container,
    "env" | "startupProbe" | "readinessProbe" | "livenessProbe" | "resources"
  >
> &
  Pick<types.input.core.v1.Container, "command" | "args"> & {
    readonly volumeMounts: types.input.core.v1.VolumeMount[];
  };

/** Arguments of {@link InClusterServer}. */
export interface InClusterServerArgs {
  /** Name of Service, StatefulSet and the rest: what clients know the server by. */
  readonly serverName: string;
  /** Role in the architecture, for the label `app.kubernetes.io/component`. */
  readonly component: string;
  readonly version: string;
  readonly image: string;
  readonly port: number;
  /** User that the image runs as. */
  readonly account: Account;
  readonly namespace: pulumi.Input<string>;
  readonly storageGiB: number;
  /** @default the cluster's default storage class */
  readonly storageClass?: string;
  /** Where the data volume is mounted. */
  readonly dataPath: string;
  /** The server's own part of the container. */
  readonly container: ContainerPart;
  /** Volumes besides the data. */
  readonly volumes: types.input.core.v1.Volume[];
  /** Annotations of the pod; a change restarts the server. */
  readonly podAnnotations?: Readonly<Record<string, string>>;
  /** Pulumi `protect` on the volume. */
  readonly deletionProtection: boolean;
}

/**
 * One server with a persistent volume inside the cluster, as a StatefulSet of one replica: not
 * highly available, for development.
 *
 * The volume is a claim of its own rather than a template of the StatefulSet: templates cannot be
 * changed, their claims outlive a destroy, and the next server would find a data directory with
 * another password.
 */
export class InClusterServer extends pulumi.ComponentResource {
  /** DNS name inside the cluster, usable once the server is ready. */
  readonly host: pulumi.Output<string>;
  /** The data volume. */
  readonly volume: core.PersistentVolumeClaim;

  constructor(
    private readonly name: string,
    private readonly args: InClusterServerArgs,
    opts?: pulumi.ComponentResourceOptions,
  ) {
    super("dtem:data:InClusterServer", name, {}, opts);
    const policy = this.createClientPolicy();
    this.volume = this.createVolume();
    this.createService("headless", `${args.serverName}-headless`, { clusterIP: "None" });
    const server = this.createStatefulSet([policy]);
    const service = this.createService("service", args.serverName, { type: "ClusterIP" });
    // Without the domain of the cluster, which differs; the search path of every pod adds it.
    this.host = pulumi
      .all([service.metadata.name, service.metadata.namespace, server.metadata.name])
      .apply(([serviceName, namespace]) => `${serviceName}.${namespace}.svc`);
    this.registerOutputs({ host: this.host });
  }

  private metadata(objectName: string) {
    const { serverName, component, version, namespace } = this.args;
    const labels = kubernetesLabels({ name: serverName, component, version });
    return { name: objectName, namespace, labels };
  }

  private createClientPolicy(): networking.NetworkPolicy {
    const { serverName, port, namespace } = this.args;
    return new networking.NetworkPolicy(
      `${this.name}-clients`,
      {
        metadata: this.metadata(`${serverName}-clients`),
        spec: allowClients(selectorLabels({ name: serverName }), port, namespace),
      },
      { parent: this },
    );
  }

  private createVolume(): core.PersistentVolumeClaim {
    const metadata = this.metadata(`${this.args.serverName}-data`);
    return new core.PersistentVolumeClaim(
      `${this.name}-data`,
      {
        metadata: {
          ...metadata,
          // With WaitForFirstConsumer a claim is bound when its pod is scheduled, never before.
          annotations: { "pulumi.com/skipAwait": "true" },
        },
        spec: {
          accessModes: ["ReadWriteOnce"],
          storageClassName: this.args.storageClass,
          resources: { requests: { storage: `${this.args.storageGiB}Gi` } },
        },
      },
      { parent: this, protect: this.args.deletionProtection },
    );
  }

  private createService(
    role: string,
    serviceName: string,
    kind: { readonly clusterIP: "None" } | { readonly type: "ClusterIP" },
  ): core.Service {
    const { serverName, port } = this.args;
    return new core.Service(
      `${this.name}-${role}`,
      {
        metadata: this.metadata(serviceName),
        spec: {
          ...kind,
          selector: selectorLabels({ name: serverName }),
          ports: [{ name: serverName, port, targetPort: serverName, protocol: "TCP" }],
        },
      },
      { parent: this },
    );
  }

  private createStatefulSet(dependsOn: pulumi.Resource[]): apps.StatefulSet {
    const { args } = this;
    const metadata = this.metadata(args.serverName);
    return new apps.StatefulSet(
      `${this.name}-server`,
      {
        metadata,
        spec: {
          replicas: 1,
          // By its plain name: the Service waits for pods to be ready, and they come from here.
          serviceName: `${args.serverName}-headless`,
          selector: { matchLabels: selectorLabels({ name: args.serverName }) },
          template: {
            metadata: { labels: metadata.labels, annotations: { ...args.podAnnotations } },
            spec: {
              ...withoutClusterAccess,
              securityContext: restrictedPod(args.account),
              // Both servers shut down in order on the signal of their image; this is their time.
              terminationGracePeriodSeconds: 60,
              containers: [
                {
                  ...args.container,
                  name: args.serverName,
                  image: args.image,
                  imagePullPolicy: "IfNotPresent",
                  ports: [{ name: args.serverName, containerPort: args.port, protocol: "TCP" }],
                  securityContext: restrictedContainer,
                  volumeMounts: [
                    { name: "data", mountPath: args.dataPath },
                    ...args.container.volumeMounts,
                  ],
                },
              ],
              volumes: [
                {
                  name: "data",
                  persistentVolumeClaim: { claimName: this.volume.metadata.name },
                },
                ...args.volumes,
              ],
            },
          },
        },
      },
      { parent: this, dependsOn },
    );
  }
}
