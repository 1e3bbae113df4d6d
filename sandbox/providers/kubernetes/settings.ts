import { isUnknown, type Props } from "../service";

/** The provider's configuration, parsed. Unset members have the real provider's meaning. */
export interface KubernetesSettings {
  /** Contents of a kubeconfig, or the path of one. */
  readonly kubeconfig: string | undefined;
  readonly context: string | undefined;
  readonly cluster: string | undefined;
  readonly namespace: string | undefined;
  readonly clusterIdentifier: string | undefined;
  /** @default true */
  readonly serverSideApply: boolean;
  /** @default false */
  readonly patchForce: boolean;
  /** @default false */
  readonly upsert: boolean;
  /** @default false: a change of data replaces a ConfigMap */
  readonly configMapMutable: boolean;
  /** @default false: a change of data replaces a Secret */
  readonly secretMutable: boolean;
  /** @default false */
  readonly deleteUnreachable: boolean;
  /** @default false */
  readonly skipUpdateUnreachable: boolean;
}

/** Parses configuration as the engine sends it: every value is a string, booleans as well. */
export function parseSettings(config: Props): KubernetesSettings {
  const text = (name: string): string | undefined => {
    const value = config[name];
    return typeof value === "string" && value !== "" && !isUnknown(value) ? value : undefined;
  };
  const flag = (name: string, absent: boolean): boolean => {
    const value = config[name];
    if (typeof value === "boolean") return value;
    return typeof value === "string" && value !== "" ? value.toLowerCase() === "true" : absent;
  };
  return {
    kubeconfig: text("kubeconfig"),
    context: text("context"),
    cluster: text("cluster"),
    namespace: text("namespace"),
    clusterIdentifier: text("clusterIdentifier"),
    serverSideApply: flag("enableServerSideApply", true),
    patchForce: flag("enablePatchForce", false),
    upsert: flag("upsertExistingObjects", false),
    configMapMutable: flag("enableConfigMapMutable", false),
    secretMutable: flag("enableSecretMutable", false),
    deleteUnreachable: flag("deleteUnreachable", false),
    skipUpdateUnreachable: flag("skipUpdateUnreachable", false),
  };
}
