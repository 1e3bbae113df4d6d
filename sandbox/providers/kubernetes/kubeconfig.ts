import { existsSync, readFileSync } from "node:fs";
import type { KubeConfig } from "@kubernetes/client-node";
import type { KubernetesSettings } from "./settings";

/** Maps the kubeconfig of a modelled cluster to that of the real one behind it. */
export type ResolveKubeconfig = (kubeconfig: string) => string;

/**
 * Loads the kubeconfig and selects context, cluster and namespace. The ambient one ($KUBECONFIG,
 * ~/.kube/config) is taken only with an explicit context: what happens to be selected there is
 * never the target.
 */
export async function loadKubeconfig(
  settings: KubernetesSettings,
  resolve: ResolveKubeconfig,
): Promise<KubeConfig> {
  // Imported late and by file: the package's index loads every generated API class.
  const { KubeConfig } = await import("@kubernetes/client-node/dist/config.js");
  const config = new KubeConfig();
  if (settings.kubeconfig !== undefined) {
    const given = readContents(settings.kubeconfig);
    const resolved = resolve(given);
    config.loadFromString(resolved);
    // A name of the modelled cluster may mean nothing in the kubeconfig of the real one.
    const renamed = resolved !== given && !config.getContextObject(settings.context ?? "");
    if (renamed) return usable(config);
  } else if (settings.context !== undefined) {
    config.loadFromDefault();
  } else {
    throw new Error("the kubernetes provider needs a kubeconfig, or a context of the ambient one");
  }
  if (settings.context !== undefined) {
    if (!config.getContextObject(settings.context)) {
      const known = config.getContexts().map((context) => context.name);
      throw new Error(
        `context "${settings.context}" is not in the kubeconfig; it has: ${known.join(", ") || "none"}`,
      );
    }
    config.setCurrentContext(settings.context);
  }
  const current = config.getContextObject(config.getCurrentContext());
  if (settings.cluster !== undefined && current) {
    config.addContext({ ...current, name: `${current.name}@cluster`, cluster: settings.cluster });
    config.setCurrentContext(`${current.name}@cluster`);
  }
  return usable(config);
}

function usable(config: KubeConfig): KubeConfig {
  if (config.getCurrentCluster()) return config;
  throw new Error(`the kubeconfig's context "${config.getCurrentContext()}" names no cluster`);
}

function readContents(kubeconfig: string): string {
  // A path is one line; a kubeconfig is YAML of several, or JSON.
  const isPath = !kubeconfig.includes("\n") && !kubeconfig.trimStart().startsWith("{");
  if (!isPath) return kubeconfig;
  if (!existsSync(kubeconfig)) throw new Error(`the kubeconfig file ${kubeconfig} does not exist`);
  return readFileSync(kubeconfig, "utf8");
}

/** The server of the selected cluster, to tell clusters apart; undefined where it is unreadable. */
export async function serverOf(
  settings: KubernetesSettings,
  resolve: ResolveKubeconfig = (kubeconfig) => kubeconfig,
): Promise<string | undefined> {
  try {
    return (await loadKubeconfig(settings, resolve)).getCurrentCluster()?.server;
  } catch {
    return undefined;
  }
}
