/**
 * Arithmetic of an RDS instance: what follows from its class and storage.
 *
 * AWS has no call that tells memory at preview, and thresholds have to be plain numbers.
 */

const gibibyte = 1024 ** 3;

/** Memory that one connection is budgeted with; see {@link maxConnections}. */
const bytesPerConnection = 12 * 1024 ** 2;

/** Hard upper limit of RDS's own formula. */
const connectionLimit = 5000;

/** GiB of memory of the sizes below `xlarge`, per kind of family. */
const smallSizes: Readonly<Record<string, Readonly<Record<string, number>>>> = {
  t: { micro: 1, small: 2, medium: 4, large: 8 },
  m: { medium: 4, large: 8 },
  r: { medium: 8, large: 16 },
  x: { medium: 16, large: 32 },
};

/** GiB of memory of an `xlarge`; an `nxlarge` has n times as much. */
const xlargeGiB: Readonly<Record<string, number>> = { t: 16, m: 16, r: 32, x: 64 };

/**
 * Nominal memory of an instance class in GiB: burstable and general-purpose classes have 4 GiB a
 * vCPU, memory-optimised ones 8, `x` classes 16.
 *
 * Source: "Hardware specifications for DB instance classes", Amazon RDS user guide. Not covered
 * are classes that break the rule (`db.r4`, `db.x1`, `db.x2iedn`, `db.z1d`), none of which is sold
 * for new PostgreSQL 16 or 17 instances at the sizes of this platform.
 *
 * @param instanceClass for example `db.m7g.large`
 * @throws RangeError for a class it does not know
 */
export function memoryGiB(instanceClass: string): number {
  const [, kind = "", size = ""] =
    /^db\.(t[34]g?|m[5-8][a-z]*|r[5-8][a-z]*|x2g)\.([a-z0-9]+)$/.exec(instanceClass) ?? [];
  const family = kind.charAt(0);
  const multiple = /^(\d*)xlarge$/.exec(size)?.[1];
  const memory =
    multiple === undefined
      ? smallSizes[family]?.[size]
      : (xlargeGiB[family] ?? NaN) * Number(multiple === "" ? 1 : multiple);
  if (memory === undefined || !(memory > 0)) {
    throw new RangeError(
      `instance class ${instanceClass}: memory unknown; use a db.t3/t4g, m5-m8, r5-r8 or x2g class`,
    );
  }
  return memory;
}

/**
 * `max_connections` of an instance: one per 12 MiB, at most 5000.
 *
 * RDS's default is one per 9.1 MiB of what the operating system leaves over, a number that nobody
 * knows beforehand. Setting it makes the alarm on connections exact, and the smaller number leaves
 * room for the work memory of the connections themselves.
 */
export function maxConnections(instanceClass: string): number {
  return Math.min(
    connectionLimit,
    Math.floor((memoryGiB(instanceClass) * gibibyte) / bytesPerConnection),
  );
}

/** Thresholds of the alarms, in the units of their metrics. */
export interface RdsThresholds {
  /**
   * Bytes: a tenth of the initial storage. Storage autoscaling starts at a tenth of the current
   * one, so the alarm means that it has reached its limit or was late.
   */
  readonly freeStorageBytes: number;
  /** Bytes: a tenth of the class's memory. */
  readonly freeableMemoryBytes: number;
}

/** Thresholds of an instance. */
export function rdsThresholds(instanceClass: string, storageGiB: number): RdsThresholds {
  return {
    freeStorageBytes: Math.floor(storageGiB * gibibyte * 0.1),
    freeableMemoryBytes: Math.floor(memoryGiB(instanceClass) * gibibyte * 0.1),
  };
}
