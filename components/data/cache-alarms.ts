/** Alarms of one ElastiCache node. */
import type { MetricCondition } from "./metric-alarm";

/**
 * Conditions to watch on every node. Primary and replica change places at a failover, so each node
 * has the same alarms; metrics that only one of the roles reports count as good when absent.
 */
export const cacheConditions: readonly MetricCondition[] = [
  {
    role: "engine-cpu",
    description:
      "The engine's one main thread is above 80 %: commands queue. Look at the slow log, or take a larger node.",
    metric: "EngineCPUUtilization",
    statistic: "Average",
    when: "above",
    threshold: 80,
    forMinutes: 15,
  },
  {
    role: "memory",
    description:
      "More than 80 % of the memory for data is used. Nothing is evicted (noeviction): at 100 % writes fail.",
    metric: "DatabaseMemoryUsagePercentage",
    statistic: "Maximum",
    when: "above",
    threshold: 80,
    forMinutes: 5,
  },
  {
    role: "evictions",
    description: "Keys were evicted, which the policy noeviction rules out: who changed it?",
    metric: "Evictions",
    statistic: "Sum",
    when: "above",
    threshold: 0,
    forMinutes: 1,
    noData: "notBreaching",
  },
  {
    role: "replication-lag",
    description: "The replica is more than 30 seconds behind: a failover now would lose that much.",
    metric: "ReplicationLag",
    statistic: "Maximum",
    when: "above",
    threshold: 30,
    forMinutes: 5,
    noData: "notBreaching",
  },
  {
    role: "connections",
    description:
      "More than 5000 clients. The services hold some tens each and a node takes 65 000 (20 000 on micro): somebody leaks.",
    metric: "CurrConnections",
    statistic: "Maximum",
    when: "above",
    threshold: 5000,
    forMinutes: 5,
  },
];
