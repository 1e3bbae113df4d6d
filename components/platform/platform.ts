/** What both platforms hand to the stages that follow. */
import type { Provider as KubernetesProvider } from "@pulumi/kubernetes/provider";
import type * as pulumi from "@pulumi/pulumi";

import type { CacheEndpoint, DatabaseEndpoint } from "../data/endpoints";

/**
 * A running cluster with its data tier. Whether AWS, Docker Desktop or a data centre stands behind
 * it is not to be seen here, so no later stage can depend on the difference.
 */
export interface Platform {
  /** Name of the cluster, or the kubeconfig context of an existing one. */
  readonly clusterName: pulumi.Output<string>;
  /** Provider of everything on the cluster. */
  readonly kubernetes: KubernetesProvider;
  readonly database: DatabaseEndpoint;
  readonly cache: CacheEndpoint;
}
