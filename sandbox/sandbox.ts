/**
 * One stack on the sandbox: the real engine and a real Kubernetes API server, with stand-ins for
 * the provider plugins, all on this machine. Used by `npm start` and by the end-to-end tests.
 */
import { rmSync } from "node:fs";
import { execFile } from "node:child_process";
import { delimiter, join } from "node:path";
import { promisify } from "node:util";

import type {
  DestroyResult,
  EngineEvent,
  OutputMap,
  PreviewResult,
  RefreshResult,
  Stack,
  UpResult,
} from "@pulumi/pulumi/automation";

import { ControlPlane } from "./control-plane/control-plane";
import { type Engine, ensureEngine } from "./engine/engine";
import { explain, SandboxError } from "./errors";
import { stackFolder } from "./paths";
import type { Progress } from "./progress";
import { protectedResources, refusal } from "./protection";
import { listLeftovers } from "./providers/aws/ledger";
import { KubernetesModel } from "./providers/kubernetes/model";
import { RandomModel } from "./providers/random/model";
import { type ServedProvider, serveProvider } from "./providers/service";
import { committedConfig, openStack, removeStaleLocks, type StackConfig } from "./workspace";

/** How a stack is opened. */
export interface SandboxOptions {
  readonly stack: string;
  /** The program: what `index.ts` exports. */
  readonly program: () => object;
  readonly progress: Progress;
  /** Changes the configuration before it is used, for tests. */
  readonly configure?: (config: StackConfig) => StackConfig;
  /** Folder of the stack's files. @default `.sandbox/<stack>` */
  readonly folder?: string;
  /** An existing cluster to use instead of one of the sandbox's own, by kubeconfig context. */
  readonly context?: string;
  /** Called for each event of the engine. */
  readonly onEvent?: (event: EngineEvent) => void;
  /** Called with what the engine prints, secrets blinded by it. */
  readonly onOutput?: (text: string) => void;
}

/** What an operation reports while it runs. */
type Callbacks = Pick<SandboxOptions, "onEvent" | "onOutput">;

/** An opened stack. Operations run one at a time; {@link close} ends the providers. */
export class Sandbox {
  private constructor(
    readonly stack: string,
    /** `.sandbox/<stack>` */
    readonly folder: string,
    readonly controlPlane: ControlPlane,
    private readonly engineStack: Stack,
    private readonly providers: readonly ServedProvider[],
    private readonly callbacks: Callbacks,
  ) {}

  /**
   * Brings up what the stack needs: engine, control plane, providers, workspace.
   *
   * @throws {SandboxError} when something is missing, saying what to do about it.
   */
  static async open(options: SandboxOptions): Promise<Sandbox> {
    const { stack, progress } = options;
    const folder = options.folder ?? stackFolder(stack);
    const onAws = platformKind(committedConfig(stack)) === "eks";
    const controlPlane = new ControlPlane({ stack, folder, context: options.context });
    // Side by side: on a fresh machine both are built, and a build's last step uses one core.
    const [engine] = await progress.together<[Engine, void]>([
      { title: "Pulumi engine", run: ensureEngine },
      { title: "Kubernetes", run: async (own) => await controlPlane.start(own) },
    ]);

    const providers = await serveAll(onAws, folder, controlPlane);
    try {
      removeStaleLocks(folder);
      const engineStack = await openStack({
        stack,
        folder,
        command: engine.command,
        program: async () => await Promise.resolve({ ...options.program() }),
        adapt: (config) =>
          (options.configure ?? same)(onAws ? config : onSandboxCluster(config, controlPlane)),
        environment: {
          PULUMI_DEBUG_PROVIDERS: debugProviders(providers),
          // Where the engine finds a host for policy packs if it brings none of its own.
          PATH: [process.env["PATH"], join(__dirname, "analyzer")].join(delimiter),
        },
      });
      return new Sandbox(stack, folder, controlPlane, engineStack, Object.values(providers), {
        onEvent: options.onEvent,
        onOutput: options.onOutput,
      });
    } catch (error) {
      await Promise.all(Object.values(providers).map((provider) => provider.close()));
      throw explain(stack, error);
    }
  }

  /** Shows what {@link up} would do; touches nothing. */
  async preview(options: { readonly policyPacks?: string[] } = {}): Promise<PreviewResult> {
    return await this.run((callbacks) => this.engineStack.preview({ ...callbacks, ...options }));
  }

  /** Creates or updates the stack; with policy packs only after a preview that satisfies them. */
  async up(options: { readonly policyPacks?: string[] } = {}): Promise<UpResult> {
    // The Automation API skips the preview, in which a mandatory violation stops everything.
    if (options.policyPacks !== undefined) await this.preview(options);
    return await this.run((callbacks) => this.engineStack.up({ ...callbacks, ...options }));
  }

  /** Compares the state with what exists. */
  async refresh(options: { readonly expectNoChanges?: boolean } = {}): Promise<RefreshResult> {
    return await this.run((callbacks) => this.engineStack.refresh({ ...callbacks, ...options }));
  }

  /**
   * Deletes the stack.
   *
   * @throws {SandboxError} when something in it is protected, before anything is deleted.
   */
  async destroy(): Promise<DestroyResult> {
    const urns = protectedResources(await this.exportState());
    if (urns.length > 0) throw new SandboxError(refusal(this.stack, urns));
    return await this.run((callbacks) => this.engineStack.destroy(callbacks));
  }

  /** Outputs of the last update. */
  async outputs(): Promise<OutputMap> {
    return await this.engineStack.outputs();
  }

  /** The state as it is stored, secrets encrypted unless they are asked for. */
  async exportState(options: { readonly showSecrets?: boolean } = {}): Promise<unknown> {
    const { workspace } = this.engineStack;
    const args = ["stack", "export", "--stack", this.stack];
    if (options.showSecrets === true) args.push("--show-secrets");
    const { stdout } = await promisify(execFile)(workspace.pulumiCommand.command, args, {
      cwd: workspace.workDir,
      env: { ...process.env, ...workspace.envVars },
      maxBuffer: 256 * 1024 * 1024,
    });
    return JSON.parse(stdout);
  }

  /** What still exists in the modelled AWS account. */
  leftovers(): ReturnType<typeof listLeftovers> {
    return listLeftovers(ledgerPath(this.folder));
  }

  /** Ends the providers; the control plane keeps running, so that kubectl goes on working. */
  async close(): Promise<void> {
    await Promise.all(this.providers.map((provider) => provider.close()));
  }

  /** Ends the control plane as well and removes all files of the stack. */
  async remove(): Promise<void> {
    await this.close();
    await this.controlPlane.remove();
    rmSync(this.folder, { recursive: true, force: true });
  }

  private async run<T>(operation: (callbacks: Callbacks) => Promise<T>): Promise<T> {
    try {
      return await operation(this.callbacks);
    } catch (error) {
      throw explain(this.stack, error);
    }
  }
}

/** Stand-ins by the name of the plugin; only those that the platform uses are started. */
type Providers = Readonly<Record<string, ServedProvider>>;

async function serveAll(
  onAws: boolean,
  folder: string,
  controlPlane: ControlPlane,
): Promise<Providers> {
  const [kubernetes, random] = await Promise.all([
    serveProvider(
      new KubernetesModel({
        resolveKubeconfig: (kubeconfig) => controlPlane.standInFor(kubeconfig),
      }),
    ),
    serveProvider(new RandomModel()),
  ]);
  if (!onAws) return { kubernetes, random };
  // Late: a stack without AWS need not load its SDK.
  const [{ AwsModel }, { serveEks }] = await Promise.all([
    import("./providers/aws/model.js"),
    import("./providers/eks/serve.js"),
  ]);
  const [aws, eks] = await Promise.all([
    serveProvider(new AwsModel({ ledgerPath: ledgerPath(folder) })),
    serveEks(),
  ]);
  return { aws, eks, kubernetes, random };
}

function debugProviders(providers: Providers): string {
  return Object.entries(providers)
    .map(([name, { port }]) => `${name}:${port}`)
    .join(",");
}

function ledgerPath(folder: string): string {
  return join(folder, "aws-ledger.json");
}

function platformKind(config: StackConfig): unknown {
  const platform = config["dtem:platform"];
  if (typeof platform !== "object" || platform === null || !("kind" in platform)) {
    throw new SandboxError(
      "dtem:platform.kind is not set in the stack file; allowed: eks, cluster",
    );
  }
  return platform.kind;
}

/** Points a stack on an existing cluster to the sandbox's own one. */
function onSandboxCluster(config: StackConfig, controlPlane: ControlPlane): StackConfig {
  const platform = config["dtem:platform"] as Record<string, unknown>;
  return {
    ...config,
    "dtem:platform": {
      ...platform,
      kubeconfig: controlPlane.kubeconfigPath,
      context: controlPlane.context,
    },
  };
}

function same(config: StackConfig): StackConfig {
  return config;
}
