/** All rules. A rule that a file of `rules/` exports is in the pack. */
import type { Rule } from "./rule";
import * as autoscaling from "./rules/autoscaling";
import * as availability from "./rules/availability";
import * as cache from "./rules/cache";
import * as cluster from "./rules/cluster";
import * as cost from "./rules/cost";
import * as dataProtection from "./rules/data-protection";
import * as database from "./rules/database";
import * as identity from "./rules/identity";
import * as images from "./rules/images";
import * as keysAndSecrets from "./rules/keys-and-secrets";
import * as naming from "./rules/naming";
import * as networkPolicies from "./rules/network-policies";
import * as network from "./rules/network";
import * as nodes from "./rules/nodes";
import * as podSecurity from "./rules/pod-security";
import * as rbac from "./rules/rbac";
import * as tags from "./rules/tags";

const concerns: Readonly<Record<string, Readonly<Record<string, unknown>>>> = {
  network,
  cluster,
  nodes,
  database,
  cache,
  "keys and secrets": keysAndSecrets,
  identity,
  "pod security": podSecurity,
  rbac,
  "network policies": networkPolicies,
  images,
  autoscaling,
  availability,
  "data protection": dataProtection,
  tags,
  cost,
  naming,
};

/** Concern → its rules, in the order of their files. */
export const rulesByConcern: ReadonlyMap<string, readonly Rule[]> = new Map(
  Object.entries(concerns).map(([concern, exported]) => [
    concern,
    Object.values(exported).filter(isRule),
  ]),
);

/** Every rule of the pack. */
export const allRules: readonly Rule[] = [...rulesByConcern.values()].flat();

function isRule(exported: unknown): exported is Rule {
  return typeof exported === "object" && exported !== null && "check" in exported;
}
