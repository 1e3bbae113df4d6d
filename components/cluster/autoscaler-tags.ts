/** Tags by which cluster-autoscaler knows a group's nodes before there is one; pure. */
import { type NodeTaint, taintEffects } from "./placement";

/** A tag of an Auto Scaling group. */
export interface AutoscalerTag {
  /** Stable part of a logical name, unique within a group. */
  readonly role: string;
  readonly key: string;
  readonly value: string;
}

const prefix = "k8s.io/cluster-autoscaler/node-template";

/**
 * One tag a label and one a taint, so that a group can grow from zero nodes: without a node to look
 * at, the autoscaler takes what a new one would carry from these.
 *
 * Source: cluster-autoscaler, cloudprovider/aws/README.md, "Scaling a node group to 0".
 *
 * @throws RangeError for two taints of one key, which the tags cannot tell apart.
 */
export function nodeTemplateTags(
  labels: Readonly<Record<string, string>>,
  taints: readonly NodeTaint[],
): AutoscalerTag[] {
  const keys = taints.map((taint) => taint.key);
  const repeated = keys.find((key, index) => keys.indexOf(key) !== index);
  if (repeated !== undefined) {
    throw new RangeError(`taints: ${repeated} occurs twice; give each taint a key of its own`);
  }
  return [
    ...Object.entries(labels).map(([key, value]) => ({
      role: `label-${key}`,
      key: `${prefix}/label/${key}`,
      value,
    })),
    ...taints.map(({ key, value, effect }) => ({
      role: `taint-${key}`,
      key: `${prefix}/taint/${key}`,
      value: `${value}:${taintEffects[effect]}`,
    })),
  ];
}
