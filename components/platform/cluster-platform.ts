/** Platform `cluster`: an existing cluster, with the data tier inside it or on existing servers. */
import * as pulumi from "@pulumi/pulumi";

import { DataNamespace } from "../data/data-namespace";
import { InClusterPostgresql } from "../data/postgresql-in-cluster";
import { InClusterRedis } from "../data/redis-in-cluster";
import { dataNamespace, platformName } from "../naming";
import { createKubernetesProvider, createRandomProvider } from "../providers";
import type { ClusterSettings } from "../settings/settings";
import { externalCache, externalDatabase } from "./data-endpoints";
import type { Platform } from "./platform";

/** Declares the data tier on an existing cluster; the cluster itself belongs to others. */
export function createClusterPlatform(settings: ClusterSettings): Platform {
  const { platform, database, cache, deletionProtection } = settings;
  const kubernetes = createKubernetesProvider({
    kubeconfig: platform.kubeconfig,
    context: platform.context,
    clusterIdentifier: platformName(settings.environment),
  });
  const { storageClass } = platform;

  // Existing servers keep their Secrets in a namespace that others own, so nothing is made for them.
  const inCluster = database.kind === "inCluster" || cache.kind === "inCluster";
  const options: pulumi.ComponentResourceOptions = inCluster
    ? { providers: { kubernetes, random: createRandomProvider() } }
    : {};
  const namespace = inCluster
    ? new DataNamespace("data", { namespace: dataNamespace, deletionProtection }, options).namespace
    : pulumi.output(dataNamespace);

  return {
    clusterName: pulumi.output(platform.context),
    kubernetes,
    database:
      database.kind === "external"
        ? externalDatabase(database)
        : new InClusterPostgresql(
            "database",
            {
              namespace,
              version: database.version,
              databaseName: database.name,
              storageGiB: database.storageGiB,
              storageClass,
              seed: database.seed,
              deletionProtection,
            },
            options,
          ),
    cache:
      cache.kind === "external"
        ? externalCache(cache)
        : new InClusterRedis(
            "cache",
            {
              namespace,
              version: cache.version,
              storageGiB: cache.storageGiB,
              storageClass,
              deletionProtection,
            },
            options,
          ),
  };
}
