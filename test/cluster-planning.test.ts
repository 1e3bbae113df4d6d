import assert from "node:assert/strict";

import fc from "fast-check";

import { planAccess } from "../components/cluster/access-plan";
import { nodeTemplateTags } from "../components/cluster/autoscaler-tags";
import { type NodeTaint, placementOn, taintEffects } from "../components/cluster/placement";

const prefix = "k8s.io/cluster-autoscaler/node-template";

/** Label and taint keys as Kubernetes allows them, with and without a prefix. */
const keys = fc
  .tuple(
    fc.option(fc.stringMatching(/^[a-z]{1,8}\.[a-z]{2,4}$/), { nil: undefined }),
    fc.stringMatching(/^[a-zA-Z0-9]{1,12}$/),
  )
  .map(([domain, name]) => (domain === undefined ? name : `${domain}/${name}`))
  // Object keys of this name would set a prototype instead of a label.
  .filter((key) => key !== "__proto__");
const values = fc.stringMatching(/^[a-zA-Z0-9]{0,12}$/);
const labels = fc.dictionary(keys, values, { noNullPrototype: true });
const taints = fc.uniqueArray(
  fc.record<NodeTaint>({
    key: keys,
    value: values,
    effect: fc.constantFrom("NO_SCHEDULE", "NO_EXECUTE", "PREFER_NO_SCHEDULE"),
  }),
  { selector: (taint) => taint.key },
);

/** How cluster-autoscaler reads the tags (aws_manager.go, extractLabels and extractTaints). */
function read(tags: readonly { key: string; value: string }[]) {
  const found: { labels: Record<string, string>; taints: string[] } = { labels: {}, taints: [] };
  for (const { key, value } of tags) {
    const label = new RegExp(`^${prefix}/label/(.+)$`).exec(key)?.[1];
    const taint = new RegExp(`^${prefix}/taint/(.+)$`).exec(key)?.[1];
    const effect = /^(.*):((?:NoSchedule|NoExecute|PreferNoSchedule))$/.exec(value);
    if (label !== undefined) found.labels[label] = value;
    if (taint !== undefined && effect !== null) {
      found.taints.push(`${taint}=${effect[1]}:${effect[2]}`);
    }
  }
  return found;
}

describe("nodeTemplateTags", () => {
  it("can be read back by the autoscaler, label by label and taint by taint", () => {
    fc.assert(
      fc.property(labels, taints, (givenLabels, givenTaints) => {
        const tags = nodeTemplateTags(givenLabels, givenTaints);
        assert.equal(tags.length, Object.keys(givenLabels).length + givenTaints.length);
        assert.deepEqual(read(tags), {
          labels: givenLabels,
          taints: givenTaints.map((t) => `${t.key}=${t.value}:${taintEffects[t.effect]}`),
        });
      }),
    );
  });

  it("gives every tag a key and a role of its own", () => {
    fc.assert(
      fc.property(labels, taints, (givenLabels, givenTaints) => {
        const tags = nodeTemplateTags(givenLabels, givenTaints);
        assert.equal(new Set(tags.map((tag) => tag.key)).size, tags.length);
        assert.equal(new Set(tags.map((tag) => tag.role)).size, tags.length);
      }),
    );
  });

  it("refuses two taints of one key, of which the tags would lose one", () => {
    const twice: NodeTaint[] = [
      { key: "a", value: "1", effect: "NO_SCHEDULE" },
      { key: "a", value: "1", effect: "NO_EXECUTE" },
    ];
    assert.throws(() => nodeTemplateTags({}, twice), /taints: a occurs twice/);
  });
});

describe("placementOn", () => {
  it("tolerates every taint of the group, and no other", () => {
    fc.assert(
      fc.property(taints, (given) => {
        const { tolerations } = placementOn("system", given);
        assert.deepEqual(
          tolerations,
          given.map((taint) => ({
            key: taint.key,
            operator: "Equal",
            value: taint.value,
            effect: taintEffects[taint.effect],
          })),
        );
      }),
    );
  });
});

describe("planAccess", () => {
  const none = { adminArns: [], deployerArns: [], readerArns: [] };
  const role = (name: string, account = "123456789012") => `arn:aws:iam::${account}:role/${name}`;

  it("keys an entry by account, kind and name: not by path, position or level", () => {
    const keyAs = (level: keyof typeof none, arn: string) =>
      planAccess({ ...none, [level]: [role("other"), arn] }).map((entry) => entry.key)[1];
    assert.equal(keyAs("adminArns", role("ci/deep/deployer")), "123456789012-role-deployer");
    assert.equal(keyAs("readerArns", role("deployer")), "123456789012-role-deployer");
    assert.equal(
      keyAs("readerArns", "arn:aws:iam::123456789012:user/deployer"),
      "123456789012-user-deployer",
    );
  });

  it("tells the same name in two accounts apart", () => {
    const plan = planAccess({ ...none, adminArns: [role("a"), role("a", "210987654321")] });
    assert.equal(new Set(plan.map((entry) => entry.key)).size, 2);
  });

  it("leaves out the creator, who is an administrator already", () => {
    const access = { ...none, adminArns: [role("a")], deployerArns: [role("creator")] };
    assert.deepEqual(
      planAccess(access, role("creator")).map((entry) => entry.principalArn),
      [role("a")],
    );
    assert.equal(planAccess(access).length, 2);
  });

  for (const [what, run, message] of [
    [
      "a principal at two levels",
      () => planAccess({ ...none, adminArns: [role("a")], readerArns: [role("a")] }),
      /role\/a is listed twice/,
    ],
    [
      "a creator who should only read",
      () => planAccess({ ...none, readerArns: [role("a")] }, role("a")),
      /role\/a creates the cluster/,
    ],
    [
      "what is no principal",
      () => planAccess({ ...none, adminArns: ["arn:aws:iam::123456789012:root"] }),
      /:root is not the ARN of an IAM role or user/,
    ],
  ] as const) {
    it(`refuses ${what}`, () => {
      assert.throws(run, { name: "RangeError", message });
    });
  }
});
