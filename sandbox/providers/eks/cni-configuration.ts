/** `configurationValues` of the add-on `vpc-cni`, from the options of `eks.Cluster`; pure. */

/** `vpcCniOptions`, resolved. Source: @pulumi/eks 4.3, `types/input.d.ts`, `VpcCniOptionsArgs`. */
export interface CniOptions {
  readonly addonVersion?: string;
  readonly cniConfigureRpfilter?: boolean;
  readonly cniCustomNetworkCfg?: boolean;
  readonly cniExternalSnat?: boolean;
  readonly configurationValues?: Readonly<Record<string, unknown>>;
  readonly disableTcpEarlyDemux?: boolean;
  readonly enableNetworkPolicy?: boolean;
  readonly enablePodEni?: boolean;
  readonly enablePrefixDelegation?: boolean;
  readonly eniConfigLabelDef?: string;
  readonly eniMtu?: number;
  readonly externalSnat?: boolean;
  readonly logFile?: string;
  readonly logLevel?: string;
  readonly nodePortSupport?: boolean;
  readonly resolveConflictsOnCreate?: string;
  readonly resolveConflictsOnUpdate?: string;
  readonly securityContextPrivileged?: boolean;
  readonly serviceAccountRoleArn?: string;
  readonly vethPrefix?: string;
  readonly warmEniTarget?: number;
  readonly warmIpTarget?: number;
  readonly warmPrefixTarget?: number;
}

/**
 * The add-on's values: the options as environment variables of the DaemonSet, below what
 * `configurationValues` says itself.
 */
export function cniConfiguration(options: CniOptions): Record<string, unknown> {
  const given = options.configurationValues ?? {};
  const init = objectOf(given["init"]);
  return {
    ...given,
    ...("enableNetworkPolicy" in given || options.enableNetworkPolicy === undefined
      ? {}
      : { enableNetworkPolicy: String(options.enableNetworkPolicy) }),
    env: { ...environment(options), ...objectOf(given["env"]) },
    init: {
      ...init,
      env: {
        DISABLE_TCP_EARLY_DEMUX: String(options.disableTcpEarlyDemux ?? false),
        ...objectOf(init["env"]),
      },
    },
  };
}

/** Variables that are always set have a default; the others are set only if they are given. */
function environment(options: CniOptions): Record<string, string> {
  if (options.cniExternalSnat && options.externalSnat) {
    throw new Error(
      "Please specify one of `cniExternalSnat` or `externalSnat` in your VpcCniOptions",
    );
  }
  const optional: Readonly<Record<string, string | number | boolean | undefined>> = {
    AWS_VPC_CNI_NODE_PORT_SUPPORT: options.nodePortSupport,
    WARM_IP_TARGET: options.warmIpTarget,
    WARM_PREFIX_TARGET: options.warmPrefixTarget,
    ENABLE_PREFIX_DELEGATION: options.enablePrefixDelegation,
    ENI_CONFIG_LABEL_DEF: options.eniConfigLabelDef,
    AWS_VPC_K8S_CNI_CONFIGURE_RPFILTER: options.cniConfigureRpfilter,
  };
  return {
    ...Object.fromEntries(
      Object.entries(optional)
        .filter(([, value]) => value !== undefined && value !== false)
        .map(([key, value]) => [key, String(value)]),
    ),
    WARM_ENI_TARGET: String(options.warmEniTarget ?? 1),
    AWS_VPC_K8S_CNI_LOGLEVEL: options.logLevel ?? "DEBUG",
    AWS_VPC_K8S_CNI_LOG_FILE: options.logFile ?? "/host/var/log/aws-routed-eni/ipamd.log",
    AWS_VPC_K8S_CNI_VETHPREFIX: options.vethPrefix ?? "eni",
    AWS_VPC_ENI_MTU: String(options.eniMtu ?? 9001),
    AWS_VPC_K8S_PLUGIN_LOG_LEVEL: "DEBUG",
    AWS_VPC_K8S_PLUGIN_LOG_FILE: "/var/log/aws-routed-eni/plugin.log",
    ENABLE_POD_ENI: String(options.enablePodEni ?? false),
    // customNetworkConfig sets the same variable, and the real provider overwrites it here as well.
    AWS_VPC_K8S_CNI_CUSTOM_NETWORK_CFG: String(options.cniCustomNetworkCfg ?? false),
    AWS_VPC_K8S_CNI_EXTERNALSNAT: String(options.externalSnat ?? options.cniExternalSnat ?? false),
  };
}

function objectOf(value: unknown): Readonly<Record<string, unknown>> {
  return typeof value === "object" && value !== null && !Array.isArray(value)
    ? (value as Record<string, unknown>)
    : {};
}
