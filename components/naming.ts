/**
 * Names, tags and labels, derived from the environment in one place.
 *
 * A name that AWS or Kubernetes shows to people is built here; a *logical* Pulumi name is the
 * identity of a resource and is written where the resource is made.
 */

/** The three environments of the specification (3.1.1). */
export const environments = ["dev", "staging", "prod"] as const;

/** One of {@link environments}. */
export type Environment = (typeof environments)[number];

/** Prefix of every physical name: `dtem-prod`. Also the EKS cluster's name (spec 3.5.3 tags it so). */
export function platformName(environment: Environment): string {
  return `dtem-${environment}`;
}

/** Namespace of PostgreSQL and Redis where they run inside the cluster. */
export const dataNamespace = "dtem-data";

/**
 * Tags on every AWS resource, set once as the provider's default tags.
 *
 * @param extra cost centre, owner and the like from the stack's configuration; may not override the
 * project's own keys, which cost reports and policies rely on.
 */
export function awsTags(
  environment: Environment,
  extra: Readonly<Record<string, string>>,
): Record<string, string> {
  return {
    ...extra,
    "dtem:project": "dtem",
    "dtem:environment": environment,
    "dtem:managed-by": "pulumi",
  };
}

/** What the recommended labels of Kubernetes say about one object. */
export interface LabelArgs {
  /** Application name, for example `postgresql`. */
  readonly name: string;
  /** Role inside the architecture, for example `database`. */
  readonly component: string;
  readonly version?: string;
}

/**
 * Recommended labels for a Kubernetes object.
 *
 * Source: https://kubernetes.io/docs/concepts/overview/working-with-objects/common-labels/
 */
export function kubernetesLabels(args: LabelArgs): Record<string, string> {
  return {
    "app.kubernetes.io/name": args.name,
    "app.kubernetes.io/component": args.component,
    "app.kubernetes.io/part-of": "dtem",
    ...(args.version === undefined ? {} : { "app.kubernetes.io/version": args.version }),
  };
}

/** The subset of {@link kubernetesLabels} that never changes, for selectors. */
export function selectorLabels(args: Pick<LabelArgs, "name">): Record<string, string> {
  return { "app.kubernetes.io/name": args.name, "app.kubernetes.io/part-of": "dtem" };
}
