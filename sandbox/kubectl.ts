/**
 * `npm run kubectl -- [--stack <name>] <arguments>`: kubectl on a stack's sandbox cluster; the one on
 * PATH, or the one that was built along with the control plane.
 */
import { spawnSync } from "node:child_process";
import { join } from "node:path";

import { ControlPlane } from "./control-plane/control-plane";
import { controlPlaneProgram } from "./control-plane/local-cluster";
import { goProgramFolder, isBuilt } from "./go-build";
import { stackFolder } from "./paths";

/** Takes `--stack <name>` out of the arguments; all others are kubectl's. */
function splitArguments(given: readonly string[]): { stack: string; rest: readonly string[] } {
  const at = given.indexOf("--stack");
  const stack = given[at + 1];
  return at < 0 || stack === undefined
    ? { stack: "dev", rest: given }
    : { stack, rest: given.toSpliced(at, 2) };
}

const { stack, rest } = splitArguments(process.argv.slice(2));
const { kubeconfigPath, context } = new ControlPlane({ stack, folder: stackFolder(stack) });
const args = ["--kubeconfig", kubeconfigPath, "--context", context, ...rest];

const found = spawnSync("kubectl", args, { stdio: "inherit" });
const program = controlPlaneProgram();
const result =
  found.error !== undefined &&
  "code" in found.error &&
  found.error.code === "ENOENT" &&
  isBuilt(program)
    ? spawnSync(join(goProgramFolder(program), "bin", program.binary), ["kubectl", ...args], {
        stdio: "inherit",
      })
    : found;
if (result.error !== undefined) process.stderr.write(`kubectl: ${result.error.message}\n`);
process.exitCode = result.status ?? 1;
