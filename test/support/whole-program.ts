/** The whole program of a committed stack, under mocks. */
import program from "../../index";
import { type RecordedProgram, withMocks } from "./program";
import { committedConfig, type StackName } from "./stack-config";

/** What the program returns. */
export type Outputs = ReturnType<typeof program>;

/** Runs the program of a stack with its committed configuration. */
export async function runStack(
  stack: StackName,
  options: { readonly preview?: boolean } = {},
): Promise<RecordedProgram<Outputs>> {
  return await withMocks(() => program(), {
    stack,
    preview: options.preview ?? false,
    config: Object.fromEntries(
      Object.entries(committedConfig(stack)).map(([key, value]) => [
        `dtem:${key}`,
        typeof value === "string" ? value : JSON.stringify(value),
      ]),
    ),
  });
}

/** Every resource on one line, children below their parents: what a reviewer reads in a diff. */
export function treeOf(program: RecordedProgram<unknown>): string {
  const lines: string[] = [];
  const visit = (parent: string | undefined, depth: number) => {
    program.resources
      .filter((resource) => resource.parent === parent)
      .map((resource) => ({ resource, key: `${resource.name} ${resource.type}` }))
      .sort((a, b) => (a.key < b.key ? -1 : 1))
      .forEach(({ resource }) => {
        lines.push(
          `${"  ".repeat(depth)}${resource.name} ${resource.type}${resource.protect ? " [protect]" : ""}`,
        );
        visit(resource.name, depth + 1);
      });
  };
  const names = new Set(program.resources.map((resource) => resource.name));
  const roots = new Set(program.resources.map((resource) => resource.parent));
  for (const root of roots) if (root === undefined || !names.has(root)) visit(root, 0);
  return `${lines.join("\n")}\n`;
}
