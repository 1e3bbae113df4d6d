/**
 * The map of the program: configuration → platform (network, cluster, data tier) → outputs.
 *
 * Importing this file does nothing. Pulumi calls the exported function and takes what it returns as
 * the stack's outputs; the sandbox and the tests call it the same way.
 */
import { cacheOutputs, databaseOutputs } from "./components/data/endpoints";
import { createClusterPlatform } from "./components/platform/cluster-platform";
import { createEksPlatform } from "./components/platform/eks-platform";
import { loadSettings } from "./components/settings/settings";

export = function program() {
  const settings = loadSettings();
  const platform =
    settings.kind === "eks" ? createEksPlatform(settings) : createClusterPlatform(settings);

  return {
    environment: settings.environment,
    clusterName: platform.clusterName,
    database: databaseOutputs(platform.database),
    cache: cacheOutputs(platform.cache),
  };
};
