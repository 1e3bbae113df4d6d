/** Words for people. */
import type { Status } from "./assess";

/** A status in one or two words. */
export const statusWords: Readonly<Record<Status, string>> = {
  failed: "failed",
  advised: "advised",
  excepted: "excepted",
  undecided: "undecided",
  passed: "passed",
  absent: "nothing to check",
  unbound: "not bound",
  aws: "done by AWS",
  gap: "not covered",
};

/** What a status means. */
export const statusMeanings: Readonly<Record<Status, string>> = {
  failed: "a rule that binds the environment is violated",
  advised: "a rule that is only a reminder in this environment is violated",
  excepted: "violated, with an exception that has a reason and an end",
  undecided: "a value is known only during the update",
  passed: "rules were applied to at least one resource, and all passed",
  absent: "the stack has no resource that the rules are about",
  unbound: "the rules do not apply to this environment",
  aws: "AWS does it, and a rule keeps it that way",
  gap: "no rule checks it; the reason is given",
};
