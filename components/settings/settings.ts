/** The only reader of the stack's configuration. */
import * as pulumi from "@pulumi/pulumi";

import { crossChecks, stackFitsEnvironment } from "./cross-checks";
import { ConfigurationError, type Fault, faultsOf, keyOf } from "./faults";
import { type SectionName, type Sections, sections } from "./schema";

type Platform<K extends Sections["platform"]["kind"]> = Extract<Sections["platform"], { kind: K }>;
type Database<K extends Sections["database"]["kind"]> = Extract<Sections["database"], { kind: K }>;
type Cache<K extends Sections["cache"]["kind"]> = Extract<Sections["cache"], { kind: K }>;

/** What both platforms share. */
interface CommonSettings {
  readonly environment: Sections["environment"];
  readonly deletionProtection: boolean;
  readonly tags: Sections["tags"];
}

/** A stack on AWS: every section is there, and the data tier is managed or external. */
export interface EksSettings extends CommonSettings {
  readonly kind: "eks";
  readonly platform: Platform<"eks">;
  readonly network: NonNullable<Sections["network"]>;
  readonly cluster: NonNullable<Sections["cluster"]>;
  readonly nodeGroups: NonNullable<Sections["nodeGroups"]>;
  readonly database: Database<"rds" | "external">;
  readonly cache: Cache<"elastiCache" | "external">;
  readonly alarms: NonNullable<Sections["alarms"]>;
}

/** A stack on an existing cluster: Docker Desktop for dev, on premises for prod. */
export interface ClusterSettings extends CommonSettings {
  readonly kind: "cluster";
  readonly platform: Platform<"cluster">;
  readonly database: Database<"inCluster" | "external">;
  readonly cache: Cache<"inCluster" | "external">;
}

/** A valid configuration. `kind` tells the platform. */
export type Settings = EksSettings | ClusterSettings;

/**
 * Reads and checks the configuration of the running stack.
 *
 * @throws {ConfigurationError} listing every fault at once, before any resource is declared.
 */
export function loadSettings(): Settings {
  const prefix = `${pulumi.getProject()}:`;
  const raw = Object.fromEntries(
    Object.entries(pulumi.runtime.allConfig())
      .filter(([key]) => key.startsWith(prefix))
      .map(([key, value]) => [key.slice(prefix.length), decode(value)]),
  );
  return parseSettings(pulumi.getStack(), raw);
}

/**
 * Checks a configuration given as plain values, keyed by section.
 *
 * @param stack name of the stack, for messages and for the check against `environment`.
 * @throws {ConfigurationError} listing every fault at once.
 */
export function parseSettings(stack: string, raw: Readonly<Record<string, unknown>>): Settings {
  const faults: Fault[] = Object.keys(raw)
    .filter((key) => !Object.hasOwn(sections, key))
    .map((key) => ({
      key: keyOf(key),
      value: raw[key],
      allowed: `no such key; known are ${Object.keys(sections).join(", ")}`,
    }));

  const parsed: Record<string, unknown> = {};
  for (const name of Object.keys(sections) as SectionName[]) {
    const result = sections[name].safeParse(raw[name]);
    if (result.success) parsed[name] = result.data;
    else faults.push(...faultsOf(name, raw[name], result.error));
  }

  // Sections that failed are absent from `parsed`, and the checks that read them stay silent.
  const sound = parsed as Partial<Sections>;
  faults.push(...crossChecks.flatMap((check) => check(sound)));
  if (sound.environment !== undefined) {
    faults.push(...stackFitsEnvironment(stack, sound.environment));
  }
  if (faults.length > 0) throw new ConfigurationError(stack, faults);

  // The cross-checks have proved that the sections fit the platform, which types cannot express.
  const { platform } = sound as Sections;
  return { kind: platform.kind, ...sound } as Settings;
}

/** Structured values and booleans arrive as JSON text, plain strings as themselves. */
function decode(value: string): unknown {
  try {
    return JSON.parse(value);
  } catch {
    return value;
  }
}
