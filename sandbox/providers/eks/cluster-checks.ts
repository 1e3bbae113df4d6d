/** What the real component refuses, in its words, and what this stand-in does not model. */
import type { ClusterArgs } from "@pulumi/eks/cluster";
import * as pulumi from "@pulumi/pulumi";

/** Arguments that configure the default node group one by one. */
const singleNodeOptions = [
  "nodeSubnetIds",
  "nodeAssociatePublicIpAddress",
  "instanceType",
  "instanceProfileName",
  "nodePublicKey",
  "nodeRootVolumeSize",
  "nodeUserData",
  "minSize",
  "maxSize",
  "desiredCapacity",
  "nodeAmiId",
  "gpu",
] as const satisfies readonly (keyof ClusterArgs)[];

const authenticationModes = ["CONFIG_MAP", "API_AND_CONFIG_MAP", "API"];

/** Whether the mode takes access entries. */
export function takesAccessEntries(mode: string | undefined): boolean {
  return mode === "API" || mode === "API_AND_CONFIG_MAP";
}

/**
 * Checks the arguments before anything is made.
 *
 * @throws Error with the real component's message, or one that names what is not modelled.
 */
export function checkClusterArgs(args: ClusterArgs): void {
  checkAuthentication(args);
  if (args.instanceRole !== undefined && args.instanceRoles !== undefined) {
    throw new Error(
      "instanceRole and instanceRoles are mutually exclusive, and cannot both be set.",
    );
  }
  const split = args.publicSubnetIds !== undefined || args.privateSubnetIds !== undefined;
  if (args.subnetIds !== undefined && split) {
    throw new Error(
      "subnetIds, and the use of publicSubnetIds and/or privateSubnetIds are mutually exclusive. Choose a single approach.",
    );
  }
  if (args.nodeGroupOptions && singleNodeOptions.some((option) => args[option] !== undefined)) {
    throw new Error(
      "Setting nodeGroupOptions, and any set of singular node group option(s) on the cluster, is mutually exclusive. Choose a single approach.",
    );
  }
  if (args.creationRoleProvider?.provider) {
    throw new Error(
      "The `creationRoleProvider.provider` option is not supported in non-nodejs Pulumi programs. Please use the `providerCredentialOpts` option instead.",
    );
  }
  checkModelled(args);
}

function checkAuthentication(args: ClusterArgs): void {
  const mode: string | undefined = args.authenticationMode;
  if (mode !== undefined && !authenticationModes.includes(mode)) {
    throw new Error(
      `Invalid value for authenticationMode: ${mode}. Allowed values are: ${authenticationModes.join(", ")}.`,
    );
  }
  if (mode === "API") {
    for (const option of ["roleMappings", "userMappings", "instanceRoles"] as const) {
      if (isNonEmpty(args[option])) {
        throw new Error(
          `The '${option}' property does not support non-empty values when 'authenticationMode' is set to '${mode}'.`,
        );
      }
    }
  }
  if (!takesAccessEntries(mode)) {
    if (args.accessEntries) {
      const state = mode === undefined ? "not set" : `set to '${mode}'`;
      throw new Error(
        `The 'accessEntries' property is not supported when 'authenticationMode' is ${state}.`,
      );
    }
    if (args.autoMode?.enabled) {
      throw new Error(
        "Access entries are required when using EKS Auto Mode. Use the authentication mode 'API' or 'API_AND_CONFIG_MAP'.",
      );
    }
  }
}

/** A list, or an output: which the real component looks into later, and refuses if it has members. */
function isNonEmpty(value: unknown): boolean {
  return value !== undefined && (!Array.isArray(value) || value.length > 0);
}

/** Refuses what would need a reachable cluster, or what no stack of this project asks for. */
function checkModelled(args: ClusterArgs): void {
  const automatic = args.autoMode?.enabled === true;
  const reasons: Readonly<Record<string, boolean>> = {
    "authenticationMode other than API (the aws-auth ConfigMap needs the cluster's API)":
      args.authenticationMode !== "API",
    "the default node group (set skipDefaultNodeGroup: true)":
      args.skipDefaultNodeGroup !== true && !automatic,
    fargate: args.fargate !== undefined && args.fargate !== false,
    storageClasses: args.storageClasses !== undefined,
    "the default VPC (set vpcId and subnetIds)": args.vpcId === undefined,
  };
  const missing = Object.entries(reasons).find(([, applies]) => applies)?.[0];
  if (missing !== undefined) {
    throw new Error(`The sandbox's eks provider does not model ${missing}.`);
  }
}

/** `publicAccessCidrs`, refused without a public endpoint. */
export function checkedCidrs(args: ClusterArgs): pulumi.Output<string[]> | undefined {
  if (args.publicAccessCidrs === undefined) return undefined;
  return pulumi
    .all([args.publicAccessCidrs, args.endpointPublicAccess ?? true])
    .apply(([cidrs, isPublic]) => {
      if (!isPublic) {
        throw new Error("`publicAccessCidrs` can only be set when `endpointPublicAccess` is true");
      }
      return cidrs;
    });
}
