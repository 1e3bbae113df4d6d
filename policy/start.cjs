/**
 * Entry of the pack for the engine's policy host.
 *
 * The host registers ts-node before it loads a pack, which would type-check all of it at each
 * preview. tsx, registered later, takes over and only transpiles; types are the business of
 * `npm test`.
 */
"use strict";
// Before tsx, which otherwise looks through every file of the SDK: a second at each preview.
require("@pulumi/policy");
require("tsx/cjs");
require("./index.ts");
