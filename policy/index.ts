/**
 * The policy pack: `pulumi preview --policy-pack policy`.
 *
 * What is checked is in `rules/`, what need not be kept in `exceptions.yaml`. The pack imports
 * nothing of the program that it judges.
 */
import { readFileSync } from "node:fs";
import { join } from "node:path";

import { PolicyPack } from "@pulumi/policy";

import { allRules } from "./catalogue";
import { parseExceptions } from "./exceptions";
import { policiesOf } from "./pack";

const exceptions = parseExceptions(
  readFileSync(join(__dirname, "exceptions.yaml"), "utf8"),
  allRules.map(({ id }) => id),
);

new PolicyPack("dtem-policy", {
  description: "Compliance of the DTEM platform",
  policies: policiesOf(allRules, { exceptions, today: new Date() }),
});
