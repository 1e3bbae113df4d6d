import assert from "node:assert/strict";
import { readdirSync, readFileSync } from "node:fs";
import { dirname, join, relative, resolve, sep } from "node:path";

const root = resolve(__dirname, "..");

/** Which local folders a folder's files may import from, besides their own. */
const allowedImports: Readonly<Record<string, readonly string[]>> = {
  "components/network": ["components"],
  "components/cluster": ["components"],
  "components/data": ["components"],
  "components/settings": ["components"],
  "components/platform": [
    "components",
    "components/cluster",
    "components/data",
    "components/network",
    "components/settings",
  ],
  components: [],
  policy: [],
  "policy/rules": ["policy"],
  sandbox: ["sandbox", "."],
};

/** Shared files that a stage may import; providers are handed to it through its options. */
const sharedFiles = ["components/naming", "components/versions", "components/key-policy"];

const maxLines = 300;

interface Import {
  readonly file: string;
  readonly target: string;
}

function sources(folder: string): string[] {
  return readdirSync(join(root, folder), { recursive: true, encoding: "utf8" })
    .filter((file) => file.endsWith(".ts") && !file.includes("node_modules"))
    .map((file) => join(folder, file));
}

function localImports(file: string): Import[] {
  const text = readFileSync(join(root, file), "utf8");
  return [...text.matchAll(/(?:from|import\(|require\()\s*"(\.[^"]*)"/g)].map(([, path = ""]) => ({
    file,
    target: relative(root, resolve(root, dirname(file), path))
      .split(sep)
      .join("/"),
  }));
}

function folderOf(path: string): string {
  return dirname(path) === "." ? "." : dirname(path).split(sep).join("/");
}

describe("architecture", () => {
  it("lets values move one way: no stage imports another", () => {
    const wrong = sources("components")
      .flatMap(localImports)
      .filter(({ file, target }) => {
        const from = folderOf(file);
        const to = folderOf(target);
        if (to === from) return false;
        const allowed = allowedImports[from] ?? [];
        if (!allowed.includes(to)) return true;
        return (
          from !== "components/platform" && to === "components" && !sharedFiles.includes(target)
        );
      });
    assert.deepEqual(wrong, []);
  });

  it("keeps the sandbox out of the components and the components out of the sandbox", () => {
    const fromComponents = sources("components")
      .flatMap(localImports)
      .filter(({ target }) => target.startsWith("sandbox"));
    const fromSandbox = sources("sandbox")
      .flatMap(localImports)
      .filter(({ target }) => target.startsWith("components"));
    assert.deepEqual([...fromComponents, ...fromSandbox], []);
  });

  it("lets policies share no code with what they guard", () => {
    const wrong = sources("policy")
      .flatMap(localImports)
      .filter(({ target }) => !target.startsWith("policy"));
    assert.deepEqual(wrong, []);
  });

  it("lets nothing but tests import tests", () => {
    const wrong = ["components", "policy", "sandbox"]
      .flatMap(sources)
      .flatMap(localImports)
      .filter(({ target }) => target.startsWith("test/"));
    assert.deepEqual(wrong, []);
  });

  it("reads configuration and environment in one place", () => {
    const readers = sources("components").filter((file) =>
      /new pulumi\.Config|allConfig\(|process\.env/.test(readFileSync(join(root, file), "utf8")),
    );
    assert.deepEqual(readers, ["components/settings/settings.ts"]);
  });

  it("constructs providers in one place", () => {
    const makers = sources("components").filter((file) =>
      /new \w*Provider\(/.test(readFileSync(join(root, file), "utf8")),
    );
    assert.deepEqual(makers, ["components/providers.ts"]);
  });

  it(`keeps every file of the program below ${maxLines} lines`, () => {
    const long = [...sources("components"), "index.ts"].filter(
      (file) =>
        // The schema is a table, not logic.
        file !== "components/settings/schema.ts" &&
        readFileSync(join(root, file), "utf8").split("\n").length > maxLines,
    );
    assert.deepEqual(long, []);
  });
});
