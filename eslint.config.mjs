import pulumi from "@pulumi/eslint-plugin";
import tseslint from "typescript-eslint";

/** Where an output may meet a string or a promise be forgotten; rules with types cost time. */
const typed = ["index.ts", "components/**/*.ts", "sandbox/**/*.ts", "scripts/**/*.ts"];

export default tseslint.config(
  {
    ignores: [
      "node_modules/",
      ".sandbox/",
      ".bench/",
      ".compliance/",
      "coverage/",
      "policy/start.cjs",
    ],
  },
  ...tseslint.configs.recommended,
  { rules: { "no-console": "error" } },
  {
    files: typed,
    extends: [tseslint.configs.recommendedTypeCheckedOnly],
    languageOptions: {
      parserOptions: { projectService: true, tsconfigRootDir: import.meta.dirname },
    },
    plugins: { "@pulumi": pulumi },
    rules: { "@pulumi/no-output-in-template-literal": "error" },
  },
);
