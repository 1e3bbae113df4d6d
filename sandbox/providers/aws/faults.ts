/**
 * Latency and failures on demand, for tests of what happens when AWS is slow or refuses.
 *
 * Read from `aws-faults.json` beside the ledger, if it is there, each time the provider starts.
 */
import { existsSync, readFileSync } from "node:fs";
import { setTimeout as delay } from "node:timers/promises";

import { z } from "zod";

const operation = z.enum(["create", "update", "delete"]);

/** What an operation of the account is. */
export type Operation = z.infer<typeof operation>;

const schema = z.strictObject({
  /** Milliseconds that operations take; the first rule whose `type` matches counts. */
  latency: z
    .array(
      z.strictObject({
        /** Regular expression on the type token. */
        type: z.string().default(""),
        operation: operation.optional(),
        milliseconds: z.int().min(0),
      }),
    )
    .default([]),
  failures: z
    .array(
      z.strictObject({
        /** Regular expression on the type token. */
        type: z.string().default(""),
        /** Regular expression on the URN. */
        urn: z.string().default(""),
        operation,
        /** Matching calls that pass before the first failure. */
        after: z.int().min(0).default(0),
        /** How many calls fail. */
        times: z.int().min(1).default(1),
        /** AWS's error, as `Code: message`. */
        error: z.string().min(1),
      }),
    )
    .default([]),
});

/** Latency and failures as configured. */
export type FaultPlan = z.input<typeof schema>;

/** Applies a {@link FaultPlan}, counting calls. */
export class Faults {
  private readonly plan: z.output<typeof schema>;
  private readonly calls: number[];

  constructor(plan: FaultPlan) {
    this.plan = schema.parse(plan);
    this.calls = this.plan.failures.map(() => 0);
  }

  /** The plan in a file; none when there is no file. */
  static fromFile(path: string): Faults {
    return new Faults(
      existsSync(path) ? (JSON.parse(readFileSync(path, "utf8")) as FaultPlan) : {},
    );
  }

  /** Throws if this call is to fail. */
  failIfPlanned(op: Operation, type: string, urn: string): void {
    this.plan.failures.forEach((rule, index) => {
      const matches =
        rule.operation === op && new RegExp(rule.type).test(type) && new RegExp(rule.urn).test(urn);
      if (!matches) return;
      const call = (this.calls[index] ?? 0) + 1;
      this.calls[index] = call;
      if (call > rule.after && call <= rule.after + rule.times) throw new Error(rule.error);
    });
  }

  /**
   * Takes as long as planned.
   *
   * @throws AbortError when the engine gives up waiting.
   */
  async wait(op: Operation, type: string, signal: AbortSignal): Promise<void> {
    const latency = this.plan.latency.find(
      (rule) =>
        new RegExp(rule.type).test(type) && (rule.operation === undefined || rule.operation === op),
    );
    if (latency !== undefined) await delay(latency.milliseconds, undefined, { signal });
  }
}
