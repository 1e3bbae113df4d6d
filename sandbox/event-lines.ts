/** One readable line for each resource that the engine has finished with. */
import type { EngineEvent } from "@pulumi/pulumi/automation";

/** What a preview says would be done. */
const plans: Readonly<Record<string, string>> = {
  create: "+ create",
  "create-replacement": "+ create again",
  update: "~ update",
  delete: "- delete",
  "delete-replaced": "- delete the old",
  replace: "± replace",
  import: "+ import",
};

/** What was done. */
const verbs: Readonly<Record<string, string>> = {
  create: "+ created",
  "create-replacement": "+ created again",
  update: "~ updated",
  delete: "- deleted",
  "delete-replaced": "- deleted the old",
  replace: "± replaced",
  read: "  read",
  import: "+ imported",
  refresh: "  refreshed",
};

/** Formats engine events; keeps the time each resource began. */
export class EventLines {
  private readonly begun = new Map<string, number>();

  /**
   * @param write takes a finished line.
   * @param planning true while a preview runs, whose lines say what would be done.
   */
  constructor(
    private readonly write: (line: string) => void,
    private readonly planning: boolean,
  ) {}

  /** Takes the next event; prints when it ends a resource or tells of a fault. */
  readonly onEvent = (event: EngineEvent): void => {
    const started = event.resourcePreEvent?.metadata;
    if (started !== undefined) this.begun.set(started.urn, Date.now());
    if (this.planning && started !== undefined) this.line(started.op, started.urn, undefined);

    const done = event.resOutputsEvent?.metadata;
    if (done !== undefined && !this.planning) {
      this.line(done.op, done.urn, Date.now() - (this.begun.get(done.urn) ?? Date.now()));
    }
    const diagnostic = event.diagnosticEvent;
    if (diagnostic !== undefined && ["warning", "error"].includes(diagnostic.severity)) {
      const text = diagnostic.message.replace(/<\{%.*?%\}>/g, "").trim();
      if (text !== "") this.write(`  ${diagnostic.severity}: ${text}`);
    }
  };

  private line(op: string, urn: string, milliseconds: number | undefined): void {
    const verb = (this.planning ? plans : verbs)[op];
    if (verb === undefined) return;
    const [type, name] = urn.split("::").slice(-2);
    const ownType = type?.split("$").at(-1) ?? "";
    const time = milliseconds === undefined ? "" : `${(milliseconds / 1000).toFixed(1)} s`;
    this.write(
      `  ${verb.padEnd(16)} ${ownType.padEnd(52)} ${(name ?? "").padEnd(44)} ${time}`.trimEnd(),
    );
  }
}
