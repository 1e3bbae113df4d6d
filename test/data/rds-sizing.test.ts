import assert from "node:assert/strict";

import fc from "fast-check";

import { rdsConditions } from "../../components/data/rds-alarms";
import { databaseParameters } from "../../components/data/rds-parameters";
import { maxConnections, memoryGiB, rdsThresholds } from "../../components/data/rds-sizing";

describe("data: RDS sizing", () => {
  it("knows the memory of the classes in the RDS user guide", () => {
    const table: Record<string, number> = {
      "db.t3.micro": 1,
      "db.t4g.small": 2,
      "db.t4g.medium": 4,
      "db.t4g.large": 8,
      "db.t3.xlarge": 16,
      "db.t4g.2xlarge": 32,
      "db.m5.large": 8,
      "db.m6i.xlarge": 16,
      "db.m7g.large": 8,
      "db.m7g.4xlarge": 64,
      "db.m8g.24xlarge": 384,
      "db.r6g.large": 16,
      "db.r7i.2xlarge": 64,
      "db.r8g.16xlarge": 512,
      "db.x2g.large": 32,
    };
    assert.deepEqual(
      Object.fromEntries(Object.keys(table).map((name) => [name, memoryGiB(name)])),
      table,
    );
  });

  it("refuses a class that it does not know, by name", () => {
    for (const name of [
      "db.r4.large",
      "db.x2iedn.large",
      "db.m7g.huge",
      "m7g.large",
      "db.m7g",
      "",
    ]) {
      assert.throws(() => memoryGiB(name), new RegExp(`instance class ${name}: memory unknown`));
    }
    assert.throws(() => memoryGiB("db.m7g.0xlarge"), /memory unknown/);
  });

  it("gives a connection per 12 MiB, 5000 at most", () => {
    assert.deepEqual(
      ["db.t4g.micro", "db.t4g.medium", "db.m7g.large", "db.r7g.large", "db.r7g.4xlarge"].map(
        maxConnections,
      ),
      [85, 341, 682, 1365, 5000],
    );
  });

  it("stays below what RDS itself would allow on nine tenths of the nominal memory", () => {
    const classes = fc.constantFrom(
      "db.t4g.medium",
      "db.m7g.large",
      "db.r7g.xlarge",
      "db.m7g.2xlarge",
    );
    fc.assert(
      fc.property(classes, (name) => {
        const theirs = Math.min(5000, (memoryGiB(name) * 1024 ** 3 * 0.9) / 9_531_392);
        assert.ok(maxConnections(name) < theirs);
      }),
    );
  });

  it("derives thresholds of a tenth", () => {
    assert.deepEqual(rdsThresholds("db.m7g.large", 100), {
      freeStorageBytes: 10_737_418_240,
      freeableMemoryBytes: 858_993_459,
    });
  });
});

describe("data: RDS alarms and parameters", () => {
  const common = { instanceClass: "db.m7g.large", storageGiB: 100, connections: 682 };

  it("watch storage, CPU, memory and connections, and on a replica its lag", () => {
    const summary = (role: "primary" | "replica") =>
      rdsConditions({ ...common, role }).map(
        ({ metric, when, threshold, forMinutes }) =>
          `${metric} ${when} ${threshold} ${forMinutes}m`,
      );
    const primary = [
      "FreeStorageSpace below 10737418240 15m",
      "CPUUtilization above 80 15m",
      "FreeableMemory below 858993459 15m",
      "DatabaseConnections above 545 5m",
    ];
    assert.deepEqual(summary("primary"), primary);
    assert.deepEqual(summary("replica"), [...primary, "ReplicaLag above 60 10m"]);
  });

  it("take silence of the lag for a fault, and of nothing else", () => {
    assert.deepEqual(
      rdsConditions({ ...common, role: "replica" })
        .filter((condition) => condition.noData !== undefined)
        .map((condition) => [condition.metric, condition.noData]),
      [["ReplicaLag", "breaching"]],
    );
  });

  it("force TLS, and set max_connections to the number that the alarm knows", () => {
    const values = new Map(
      databaseParameters("primary", 682).map((parameter) => [parameter.name, parameter]),
    );
    assert.deepEqual(values.get("rds.force_ssl"), {
      name: "rds.force_ssl",
      value: "1",
      applyMethod: "immediate",
    });
    // A static parameter: RDS refuses it with `immediate`.
    assert.deepEqual(values.get("max_connections"), {
      name: "max_connections",
      value: "682",
      applyMethod: "pending-reboot",
    });
    assert.equal(values.get("log_min_duration_statement")?.value, "1000");
  });

  it("differ between primary and replica in hot_standby_feedback alone", () => {
    const primary = databaseParameters("primary", 682);
    assert.deepEqual(databaseParameters("replica", 682), [
      ...primary,
      { name: "hot_standby_feedback", value: "1", applyMethod: "immediate" },
    ]);
    const names = primary.map((parameter) => parameter.name);
    assert.equal(new Set(names).size, names.length);
  });
});
