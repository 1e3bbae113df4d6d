/**
 * The parts of the Pulumi SDK's runtime that its own provider server is made of and its type
 * declarations leave out. Checked against @pulumi/pulumi 3.270 (`provider/server.js`); the test of
 * this provider on the engine fails when an upgrade moves one of them.
 */
import * as pulumi from "@pulumi/pulumi";
import type { Struct } from "google-protobuf/google/protobuf/struct_pb";
import * as server from "@pulumi/pulumi/provider/server";
import * as settings from "@pulumi/pulumi/runtime/settings";
import * as state from "@pulumi/pulumi/runtime/state";

interface Internals {
  /** Runs with a runtime state of its own: project, monitor, pending calls. */
  withLocalStorage<T>(run: () => Promise<T>): Promise<T>;
  /** Asks the engine what it supports; without it secrets are sent in plain text. */
  awaitFeatureSupport(): Promise<void>;
  /** Resolves when every registration that was started has been answered. */
  waitForRPCs(): Promise<void>;
  /** Inputs as a component takes them: outputs where they are unknown, secret or depend on something. */
  deserializeInputs(
    inputs: Struct,
    dependencies: { get(key: string): { getUrnsList(): string[] } | undefined },
  ): Promise<pulumi.Inputs>;
}

/** See {@link Internals}. */
export const sdkRuntime = { ...settings, ...state, ...server } as unknown as Internals;

for (const name of [
  "withLocalStorage",
  "awaitFeatureSupport",
  "waitForRPCs",
  "deserializeInputs",
]) {
  if (typeof (sdkRuntime as unknown as Record<string, unknown>)[name] !== "function") {
    throw new Error(
      `@pulumi/pulumi no longer has ${name}; see sandbox/providers/eks/sdk-runtime.ts`,
    );
  }
}
