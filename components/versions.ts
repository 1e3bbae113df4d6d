/**
 * The one table of pinned versions: which Kubernetes versions this platform may run, and what goes
 * with each. Nothing in the program takes "latest" or a default that moves; a bump is a change here.
 *
 * Sources, read 2026-11-24: the Amazon EKS release calendar (standard support ends 14 months after
 * release), the default add-on versions that `aws eks describe-addon-versions` reports per
 * Kubernetes version, the RDS for PostgreSQL and ElastiCache release notes.
 */

/** Versions of the EKS add-ons that belong to one Kubernetes version. */
export interface EksAddonVersions {
  readonly vpcCni: string;
  readonly kubeProxy: string;
  readonly coreDns: string;
  readonly podIdentityAgent: string;
  readonly ebsCsiDriver: string;
  readonly metricsServer: string;
}

/** One row of the Kubernetes table. */
export interface KubernetesRelease {
  /** Last day of EKS standard support (ISO date); after it EKS upgrades the control plane by itself. */
  readonly standardSupportUntil: string;
  readonly addons: EksAddonVersions;
}

const versionIndependentAddons = {
  vpcCni: "v1.22.4-eksbuild.3",
  podIdentityAgent: "v1.3.10-eksbuild.3",
  ebsCsiDriver: "v1.66.0-eksbuild.1",
  metricsServer: "v0.9.0-eksbuild.11",
} as const;

/** Kubernetes minor version → what is legal with it. */
export const kubernetesReleases = {
  "1.34": {
    standardSupportUntil: "2026-12-02",
    addons: {
      ...versionIndependentAddons,
      kubeProxy: "v1.34.6-eksbuild.21",
      coreDns: "v1.12.4-eksbuild.29",
    },
  },
  "1.35": {
    standardSupportUntil: "2027-03-27",
    addons: {
      ...versionIndependentAddons,
      kubeProxy: "v1.35.3-eksbuild.29",
      coreDns: "v1.13.2-eksbuild.31",
    },
  },
} as const satisfies Record<string, KubernetesRelease>;

/** A Kubernetes minor version that the table knows. */
export type KubernetesVersion = keyof typeof kubernetesReleases;

/** One row of a data engine's table. */
export interface EngineRelease {
  /** Family of the parameter group; a family that does not match the version is refused by AWS. */
  readonly parameterGroupFamily: string;
  /** Container image of the same version, for the tier that runs inside a cluster. */
  readonly image: string;
}

/** PostgreSQL version (RDS `engineVersion`) → parameter group family and image of the same version. */
export const postgresReleases = {
  "16.11": { parameterGroupFamily: "postgres16", image: "docker.io/library/postgres:16.11-alpine" },
  "17.7": { parameterGroupFamily: "postgres17", image: "docker.io/library/postgres:17.7-alpine" },
} as const satisfies Record<string, EngineRelease>;

/** A PostgreSQL version that the table knows. */
export type PostgresVersion = keyof typeof postgresReleases;

/** Valkey version (ElastiCache `engineVersion`) → parameter group family and image. */
export const valkeyReleases = {
  "8.0": { parameterGroupFamily: "valkey8", image: "docker.io/valkey/valkey:8.0.6-alpine" },
  "8.1": { parameterGroupFamily: "valkey8", image: "docker.io/valkey/valkey:8.1.4-alpine" },
} as const satisfies Record<string, EngineRelease>;

/** A Valkey version that the table knows. */
export type ValkeyVersion = keyof typeof valkeyReleases;
