/**
 * What `eks.Cluster` of @pulumi/eks 4.3 makes of its inputs. It is a remote component: mocks see it,
 * but not what is inside; the engine sees both, and there the pack judges the real thing.
 *
 * Only what the rules look at is here. Source: `nodejs/eks/cluster.ts` and `cni-addon.ts` of
 * pulumi-eks v4.3.0.
 */
import type { PlainResource } from "./stack-resources";

/** Inputs of the component that end up in its children. */
interface ComponentInputs {
  readonly name?: string;
  readonly version?: string;
  readonly subnetIds?: readonly string[];
  readonly endpointPrivateAccess?: boolean;
  readonly endpointPublicAccess?: boolean;
  readonly publicAccessCidrs?: readonly string[];
  readonly authenticationMode?: string;
  readonly encryptionConfigKeyArn?: string;
  readonly enabledClusterLogTypes?: readonly string[];
  readonly deletionProtection?: boolean;
  readonly upgradePolicy?: { readonly supportType?: string };
  readonly vpcCniOptions?: {
    readonly addonVersion?: string;
    readonly enableNetworkPolicy?: boolean;
    readonly configurationValues?: Readonly<Record<string, unknown>>;
  };
  readonly kubeProxyAddonOptions?: { readonly enabled?: boolean; readonly version?: string };
}

/** The control plane and the two add-ons that the component manages. */
export function controlPlaneParts(component: PlainResource): PlainResource[] {
  const inputs = component.inputs as ComponentInputs;
  const child = (type: string, role: string, childInputs: Record<string, unknown>) => ({
    ...component,
    type,
    name: `${component.name}-${role}`,
    urn: component.urn.replace(/::[^:]+$/, `$${type}::${component.name}-${role}`),
    inputs: childInputs,
  });
  const cni = inputs.vpcCniOptions;
  return [
    child("aws:eks/cluster:Cluster", "eksCluster", {
      name: inputs.name,
      version: inputs.version,
      vpcConfig: {
        subnetIds: inputs.subnetIds,
        endpointPrivateAccess: inputs.endpointPrivateAccess ?? false,
        endpointPublicAccess: inputs.endpointPublicAccess ?? true,
        publicAccessCidrs: inputs.publicAccessCidrs,
      },
      accessConfig: {
        authenticationMode: inputs.authenticationMode,
        bootstrapClusterCreatorAdminPermissions: true,
      },
      encryptionConfig:
        inputs.encryptionConfigKeyArn === undefined
          ? undefined
          : { provider: { keyArn: inputs.encryptionConfigKeyArn }, resources: ["secrets"] },
      enabledClusterLogTypes: inputs.enabledClusterLogTypes,
      deletionProtection: inputs.deletionProtection,
      upgradePolicy: inputs.upgradePolicy,
    }),
    child("aws:eks/addon:Addon", "vpc-cni", {
      addonName: "vpc-cni",
      addonVersion: cni?.addonVersion,
      configurationValues: JSON.stringify({
        ...cni?.configurationValues,
        enableNetworkPolicy: String(cni?.enableNetworkPolicy ?? false),
      }),
    }),
    child("aws:eks/addon:Addon", "kube-proxy", {
      addonName: "kube-proxy",
      addonVersion: inputs.kubeProxyAddonOptions?.version,
    }),
  ];
}
