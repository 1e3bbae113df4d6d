/** What stands in the way of a destroy. */

/** An exported stack, as far as it is read here. */
interface ExportedStack {
  readonly deployment: {
    readonly resources?: readonly { readonly urn: string; readonly protect?: boolean }[];
  };
}

/**
 * URNs of the protected resources of an exported stack.
 *
 * Asked before a destroy, because the engine asks too late: it deletes whatever is not protected and
 * depends on nothing protected, and refuses only when it reaches a protected resource (measured with
 * engine 3.250: 79 of 168 resources of prod were gone by then).
 */
export function protectedResources(exported: unknown): string[] {
  const { deployment } = exported as ExportedStack;
  return (deployment.resources ?? [])
    .filter(({ protect }) => protect === true)
    .map(({ urn }) => urn);
}

/** Why a stack is not destroyed, and what lets it be. */
export function refusal(stack: string, urns: readonly string[]): string {
  const shown = urns.slice(0, 5).map((urn) => `  ${urn.split("::").slice(-2).join(" ")}`);
  const more = urns.length > shown.length ? [`  … and ${urns.length - shown.length} more`] : [];
  return [
    `Stack "${stack}" has ${urns.length} protected resources; nothing was deleted.`,
    ...shown,
    ...more,
    `To decommission it, set dtem:deletionProtection to false and dtem:decommission to its ` +
      `environment, run an update, then destroy.`,
  ].join("\n");
}
