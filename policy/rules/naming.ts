/** Rules about physical names: what belongs together is found together. */
import { everywhere, type ResourceRule } from "../rule";

/** Property with the physical name and its form, by type of resource; `ENV` is the environment. */
const forms: Readonly<Record<string, readonly [path: string, pattern: string]>> = {
  "aws:rds/instance:Instance": ["identifier", "^dtem-ENV(-|$)"],
  "aws:elasticache/replicationGroup:ReplicationGroup": ["replicationGroupId", "^dtem-ENV(-|$)"],
  "aws:eks/cluster:Cluster": ["name", "^dtem-ENV$"],
  "aws:kms/alias:Alias": ["name", "^alias/dtem-ENV-"],
  "aws:sns/topic:Topic": ["name", "^dtem-ENV-"],
  "aws:cloudwatch/logGroup:LogGroup": ["name", "(^|/)dtem-ENV(/|-|$)"],
  "kubernetes:core/v1:Namespace": [
    "metadata.name",
    "^dtem-|^(ingress|cert-manager|external-secrets|monitoring|argocd|kube)",
  ],
};

/** Somebody with a console open at night must see which environment it is. */
export const physicalNames: ResourceRule = {
  kind: "resource",
  id: "naming-physical",
  title: "Physical names begin with project and environment",
  severity: "low",
  controls: ["DTEM naming"],
  remedy: "Build the name with `platformName()` of `components/naming.ts`.",
  levels: everywhere,
  whenUnknown: "advise",
  types: Object.keys(forms),
  *check({ type, props }, { environment }) {
    const [path, pattern] = forms[type] ?? ["", ""];
    const name = props.text(path);
    if (name === undefined) yield `has no ${path}, so AWS chooses one`;
    else if (!new RegExp(pattern.replace("ENV", environment)).test(name)) yield `is named ${name}`;
  },
};
