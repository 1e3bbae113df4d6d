/** Guards against spending by accident. */
import { each } from "../evaluate";
import {
  advisoryInDev,
  everywhere,
  inProd,
  ofType,
  outsideProd,
  type ResourceRule,
  type StackRule,
} from "../rule";

/** Property with the instance type, by type of resource. */
const sizes: Readonly<Record<string, string>> = {
  "aws:eks/nodeGroup:NodeGroup": "instanceTypes",
  "aws:rds/instance:Instance": "instanceClass",
  "aws:elasticache/replicationGroup:ReplicationGroup": "nodeType",
};

/** A typing error in a size is a month's budget. */
export const instanceFamilies: ResourceRule = {
  kind: "resource",
  id: "cost-instance-families",
  title: "Instances are of families that the platform needs",
  severity: "medium",
  controls: ["DTEM cost"],
  remedy: "Choose a family of the list, or extend the list in the pack's configuration.",
  levels: everywhere,
  whenUnknown: "violate",
  parameters: {
    families: {
      schema: {
        type: "array",
        items: { type: "string" },
        description: "Families without the prefixes db. and cache.",
        default: [
          "t3",
          "t3a",
          "t4g",
          "m5",
          "m6g",
          "m6i",
          "m7g",
          "m7i",
          "m7i-flex",
          "m8g",
          "c6i",
          "c7g",
          "c7i",
          "r6g",
          "r6i",
          "r7g",
          "r7i",
        ],
      },
    },
  },
  types: Object.keys(sizes),
  *check({ type, props }, context) {
    const allowed = new Set(context.texts("families"));
    const path = sizes[type] ?? "";
    const text = Array.isArray(props.get(path)) ? props.texts(path) : [props.text(path) ?? ""];
    for (const instance of text) {
      const family = instance.replace(/^(db|cache)\./, "").split(".")[0] ?? "";
      if (instance !== "" && !allowed.has(family)) yield `uses ${instance}`;
    }
  },
};

/** Tests do not need the size of live operation. */
export const smallOutsideProd: ResourceRule = {
  kind: "resource",
  id: "cost-small-outside-prod",
  title: "Outside of production, instances are small",
  severity: "low",
  controls: ["DTEM cost"],
  remedy: "Choose a size up to xlarge.",
  levels: outsideProd,
  whenUnknown: "violate",
  types: Object.keys(sizes),
  *check({ type, props }) {
    const path = sizes[type] ?? "";
    const text = Array.isArray(props.get(path)) ? props.texts(path) : [props.text(path) ?? ""];
    for (const instance of text) {
      if (/\.(\d+xlarge|metal.*)$/.test(instance)) yield `uses ${instance}`;
    }
  },
};

/** A gateway costs by the hour, whether anything passes or not. */
export const oneNatOutsideProd: StackRule = {
  kind: "stack",
  id: "cost-one-nat-outside-prod",
  title: "Outside of production, one NAT gateway serves all zones",
  severity: "low",
  controls: ["DTEM cost"],
  remedy: 'Set `natGateways: "single"`.',
  levels: outsideProd,
  whenUnknown: "advise",
  types: ["aws:ec2/natGateway:NatGateway"],
  *check(resources) {
    const [, ...others] = ofType(resources, "aws:ec2/natGateway:NatGateway");
    for (const resource of others)
      yield { resource, problem: "is one NAT gateway more than needed" };
  },
};

const logGroup = { kind: "resource", types: ["aws:cloudwatch/logGroup:LogGroup"] } as const;

/** Logs without an end are the bill that grows by itself. */
export const logsExpire: ResourceRule = {
  ...logGroup,
  id: "log-retention-set",
  title: "Logs expire",
  severity: "medium",
  controls: ["CIS EKS 2.1.2", "DTEM cost"],
  remedy: "Set `retentionInDays`.",
  levels: everywhere,
  whenUnknown: "violate",
  *check({ props }) {
    if ((props.number("retentionInDays") ?? 0) === 0) yield "keeps its logs for ever";
  },
};

/** An intrusion is often found only months later. */
export const logsKeptLongEnough: ResourceRule = {
  ...logGroup,
  id: "log-retention-year",
  title: "Logs of live operation are kept for a year",
  severity: "medium",
  controls: ["FSBP CloudWatch.16", "CIS EKS 2.1.2", "NSA audit logging"],
  remedy: "Set `retentionInDays` to 365 or more.",
  levels: inProd,
  whenUnknown: "violate",
  parameters: { days: { schema: { type: "integer", minimum: 1, default: 365 } } },
  *check({ props }, context) {
    const days = props.number("retentionInDays") ?? 0;
    // Where no taxpayer's document is handled, a month is enough.
    const needed = context.environment === "prod" ? context.number("days") : 30;
    if (days > 0 && days < needed) yield `keeps its logs for ${days} days, needed are ${needed}`;
  },
};

/** gp3 is a fifth cheaper than gp2 and faster. */
export const volumesGp3: ResourceRule = {
  kind: "resource",
  id: "cost-volumes-gp3",
  title: "Volumes are gp3",
  severity: "low",
  controls: ["DTEM cost"],
  remedy: "Set the volume type to gp3.",
  levels: advisoryInDev,
  whenUnknown: "violate",
  types: ["aws:ec2/launchTemplate:LaunchTemplate", "aws:rds/instance:Instance"],
  *check({ type, props }) {
    if (type.startsWith("aws:rds")) {
      const volume = props.text("storageType");
      if (!props.isSet("replicateSourceDb") && volume !== "gp3")
        yield `stores on ${volume ?? "gp2"}`;
      return;
    }
    yield* each(props.list("blockDeviceMappings"), function* (device) {
      const volume = device.text("ebs.volumeType");
      if (volume !== "gp3") yield `stores on ${volume ?? "the image's volume type"}`;
    });
  },
};

/** Without a limit, one runaway query fills any disk. */
export const storageLimited: ResourceRule = {
  kind: "resource",
  id: "cost-storage-limited",
  title: "The growth of storage ends somewhere",
  severity: "low",
  controls: ["DTEM cost", "DTEM availability"],
  remedy: "Set `maxAllocatedStorage`, above the initial storage and below 10 times of it.",
  levels: everywhere,
  whenUnknown: "violate",
  types: ["aws:rds/instance:Instance"],
  *check({ props }) {
    const initial = props.number("allocatedStorage");
    const most = props.number("maxAllocatedStorage");
    if (most === undefined) yield "does not grow when it is full";
    else if (initial !== undefined && most > initial * 10) yield `may grow to ${most} GiB`;
  },
};
