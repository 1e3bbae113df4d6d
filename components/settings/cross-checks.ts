/** Rules that span several keys. Each runs when the sections it reads have parsed by themselves. */
import { Netmask } from "netmask";

import type { Environment } from "../naming";
import { type Fault, keyOf } from "./faults";
import type { Sections } from "./schema";

type Parsed = Partial<Sections>;
type Check = (parsed: Parsed) => Fault[];

function fault(key: string, value: unknown, allowed: string): Fault {
  return { key, value, allowed };
}

/** Sections that exist on one platform only. */
const ownedByEks = ["network", "cluster", "nodeGroups", "alarms"] as const;

const sectionsFitPlatform: Check = ({ platform, ...parsed }) => {
  if (platform === undefined) return [];
  if (platform.kind === "cluster") {
    return ownedByEks
      .filter((section) => parsed[section] !== undefined)
      .map((section) => fault(keyOf(section), "(set)", "absent on platform cluster"));
  }
  return ownedByEks
    .filter((section) => section in parsed && parsed[section] === undefined)
    .map((section) => fault(keyOf(section), undefined, "required on platform eks"));
};

const dataFitsPlatform: Check = ({ platform, database, cache }) => {
  if (platform === undefined) return [];
  const allowed =
    platform.kind === "eks"
      ? { database: ["rds", "external"], cache: ["elastiCache", "external"] }
      : { database: ["inCluster", "external"], cache: ["inCluster", "external"] };
  return Object.entries({ database, cache }).flatMap(([section, parsed]) => {
    const kinds = allowed[section as "database" | "cache"];
    return parsed === undefined || kinds.includes(parsed.kind)
      ? []
      : [
          fault(
            keyOf(section, ["kind"]),
            parsed.kind,
            `${kinds.join(", ")} on platform ${platform.kind}`,
          ),
        ];
  });
};

const vpcIsPrivateAndAligned: Check = ({ network }) => {
  if (network === undefined) return [];
  const key = keyOf("network", ["vpcCidr"]);
  const block = new Netmask(network.vpcCidr);
  if (block.bitmask < 16 || block.bitmask > 20) {
    return [fault(key, network.vpcCidr, "a block of /16 to /20 (subnets for pods must fit)")];
  }
  if (`${block.base}/${block.bitmask}` !== network.vpcCidr) {
    return [fault(key, network.vpcCidr, `an aligned block, here ${block.base}/${block.bitmask}`)];
  }
  // Outside RFC 1918 a VPC would hide somebody's public addresses.
  const isPrivate = ["10.0.0.0/8", "172.16.0.0/12", "192.168.0.0/16"].some((range) =>
    new Netmask(range).contains(block),
  );
  return isPrivate ? [] : [fault(key, network.vpcCidr, "a block inside RFC 1918")];
};

/** EKS gives Services addresses of this block unless the VPC itself uses 10.0.0.0/8. */
const serviceCidrs = ["172.20.0.0/16", "10.100.0.0/16"];

const vpcLeavesServiceRangeFree: Check = ({ network }) => {
  if (network === undefined) return [];
  const block = new Netmask(network.vpcCidr);
  return serviceCidrs
    .map((range) => new Netmask(range))
    .filter((range) => range.contains(block.base) || block.contains(range.base))
    .map((range) =>
      fault(
        keyOf("network", ["vpcCidr"]),
        network.vpcCidr,
        `a block that does not overlap the Service range ${range.base}/${range.bitmask} of EKS`,
      ),
    );
};

const zonesBelongToRegion: Check = ({ network, platform }) => {
  if (network === undefined) return [];
  const key = keyOf("network", ["availabilityZones"]);
  const zones = network.availabilityZones;
  const sorted = [...new Set(zones)].sort();
  const faults =
    sorted.join() === zones.join() ? [] : [fault(key, zones, "distinct zones in ascending order")];
  if (platform?.kind !== "eks") return faults;
  const strangers = zones.filter((zone) => zone.slice(0, -1) !== platform.region);
  return strangers.length === 0
    ? faults
    : [...faults, fault(key, strangers, `zones of region ${platform.region}`)];
};

const publicAccessIsNotTheWorld: Check = ({ cluster }) =>
  (cluster?.publicAccessCidrs ?? []).flatMap((cidr, index) =>
    new Netmask(cidr).bitmask < 8
      ? [fault(keyOf("cluster", ["publicAccessCidrs", index]), cidr, "/8 or narrower")]
      : [],
  );

const principalsHaveOneRole: Check = ({ cluster }) => {
  if (cluster === undefined) return [];
  const { adminArns, deployerArns, readerArns } = cluster.access;
  const all = [...adminArns, ...deployerArns, ...readerArns];
  return [...new Set(all.filter((arn, index) => all.indexOf(arn) !== index))].map((arn) =>
    fault(keyOf("cluster", ["access"]), arn, "each principal once, in one list"),
  );
};

const nodeGroupsAreSound: Check = ({ nodeGroups }) => {
  if (nodeGroups === undefined) return [];
  const faults = Object.entries(nodeGroups).flatMap(([name, group]) =>
    group.minSize > group.maxSize
      ? [
          fault(
            keyOf("nodeGroups", [name, "minSize"]),
            group.minSize,
            `at most maxSize (${group.maxSize})`,
          ),
        ]
      : [],
  );
  const system = nodeGroups["system"];
  if (system === undefined) {
    return [...faults, fault(keyOf("nodeGroups", ["system"]), undefined, "required")];
  }
  if (system.minSize < 1) {
    faults.push(
      fault(keyOf("nodeGroups", ["system", "minSize"]), system.minSize, "at least 1 (CoreDNS)"),
    );
  }
  if (!Object.values(nodeGroups).some((group) => group.taints.length === 0)) {
    faults.push(fault(keyOf("nodeGroups"), Object.keys(nodeGroups), "one group without taints"));
  }
  return faults;
};

const databaseStorageGrows: Check = ({ database }) =>
  database?.kind === "rds" && database.maxStorageGiB * 10 < database.storageGiB * 11
    ? [
        fault(
          keyOf("database", ["maxStorageGiB"]),
          database.maxStorageGiB,
          // RDS refuses a limit less than 10 % above the allocated storage.
          `at least ${Math.ceil((database.storageGiB * 11) / 10)} (10 % above storageGiB)`,
        ),
      ]
    : [];

/** Like the name that a console wants typed before it deletes: for this environment and no other. */
const decommissionNamesThis: Check = ({ environment, decommission }) =>
  environment === undefined || decommission === undefined || decommission === environment
    ? []
    : [fault(keyOf("decommission"), decommission, `${environment}, or not set`)];

/** Spec 3.1.1 and 3.8: production is highly available, and its data is protected. */
const productionIsHighlyAvailable: Check = (parsed) => {
  if (parsed.environment !== "prod") return [];
  const why = "in environment prod";
  const { deletionProtection, network, nodeGroups, database, cache } = parsed;
  const faults: Fault[] = [];
  if (deletionProtection === false && parsed.decommission !== "prod") {
    faults.push(
      fault(keyOf("deletionProtection"), false, `true ${why} (or dtem:decommission set to prod)`),
    );
  }
  if (network !== undefined && network.availabilityZones.length < 3) {
    faults.push(
      fault(
        keyOf("network", ["availabilityZones"]),
        network.availabilityZones,
        `three zones ${why}`,
      ),
    );
  }
  if (network?.natGateways === "single") {
    faults.push(fault(keyOf("network", ["natGateways"]), "single", `perZone ${why}`));
  }
  for (const [name, group] of Object.entries(nodeGroups ?? {})) {
    if (group.capacityType === "SPOT" && group.taints.length === 0) {
      faults.push(
        fault(keyOf("nodeGroups", [name, "capacityType"]), "SPOT", `ON_DEMAND ${why} (untainted)`),
      );
    }
    if (group.taints.length === 0 || name === "system") {
      if (group.minSize < 2) {
        faults.push(
          fault(keyOf("nodeGroups", [name, "minSize"]), group.minSize, `at least 2 ${why}`),
        );
      }
    }
  }
  if (database?.kind === "inCluster" || cache?.kind === "inCluster") {
    for (const [section, tier] of Object.entries({ database, cache })) {
      if (tier?.kind === "inCluster") {
        faults.push(
          fault(keyOf(section, ["kind"]), "inCluster", `a highly available server ${why}`),
        );
      }
    }
  }
  if (database?.kind === "rds" && !database.multiAz) {
    faults.push(fault(keyOf("database", ["multiAz"]), false, `true ${why}`));
  }
  if (database?.kind === "rds" && database.backupRetentionDays < 35) {
    faults.push(
      fault(keyOf("database", ["backupRetentionDays"]), database.backupRetentionDays, `35 ${why}`),
    );
  }
  if (cache?.kind === "elastiCache" && cache.replicas < 1) {
    faults.push(fault(keyOf("cache", ["replicas"]), cache.replicas, `at least 1 ${why}`));
  }
  if (cache?.kind === "elastiCache" && cache.snapshotRetentionDays < 1) {
    faults.push(
      fault(
        keyOf("cache", ["snapshotRetentionDays"]),
        cache.snapshotRetentionDays,
        `at least 1 ${why}`,
      ),
    );
  }
  return faults;
};

/** A copied stack file that still says `prod` would fight over the same names. */
export function stackFitsEnvironment(stack: string, environment: Environment): Fault[] {
  return stack === environment || stack.startsWith(`${environment}-`)
    ? []
    : [
        fault(
          keyOf("environment"),
          environment,
          `the environment that stack "${stack}" is named after (<environment> or <environment>-<suffix>)`,
        ),
      ];
}

/** All rules, in the order of the sections they read. */
export const crossChecks: readonly Check[] = [
  sectionsFitPlatform,
  dataFitsPlatform,
  vpcIsPrivateAndAligned,
  vpcLeavesServiceRangeFree,
  zonesBelongToRegion,
  publicAccessIsNotTheWorld,
  principalsHaveOneRole,
  nodeGroupsAreSound,
  databaseStorageGrows,
  decommissionNamesThis,
  productionIsHighlyAvailable,
];
