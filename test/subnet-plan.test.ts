import assert from "node:assert/strict";

import fc from "fast-check";
import { Netmask } from "netmask";

import { planSubnets, type SubnetPlan } from "../components/network/subnet-plan";

const zones = ["sa-east-1a", "sa-east-1b", "sa-east-1c"];

/** Any private /16 to /20 whose host bits are zero. */
const vpcCidrs = fc
  .tuple(fc.nat(255), fc.nat(255), fc.integer({ min: 16, max: 20 }))
  .map(([second, third, prefix]) => {
    const block = new Netmask(`10.${second}.${third}.0/${prefix}`);
    return `${block.base}/${prefix}`;
  });

const blocksOf = (plan: readonly SubnetPlan[]): Netmask[] =>
  plan.flatMap((zone) => [zone.public, zone.private, zone.database]).map((c) => new Netmask(c));

const rangeOf = (block: Netmask): { from: number; to: number } => ({
  from: block.netLong,
  to: block.netLong + block.size - 1,
});

describe("planSubnets", () => {
  it("divides a /16 as documented", () => {
    assert.deepEqual(planSubnets("10.40.0.0/16", zones), [
      {
        zone: "sa-east-1a",
        private: "10.40.0.0/18",
        public: "10.40.192.0/22",
        database: "10.40.208.0/24",
      },
      {
        zone: "sa-east-1b",
        private: "10.40.64.0/18",
        public: "10.40.196.0/22",
        database: "10.40.209.0/24",
      },
      {
        zone: "sa-east-1c",
        private: "10.40.128.0/18",
        public: "10.40.200.0/22",
        database: "10.40.210.0/24",
      },
    ]);
  });

  it("keeps every subnet inside the VPC and apart from every other", () => {
    fc.assert(
      fc.property(vpcCidrs, fc.integer({ min: 2, max: 3 }), (cidr, count) => {
        const vpc = rangeOf(new Netmask(cidr));
        const ranges = blocksOf(planSubnets(cidr, zones.slice(0, count)))
          .map(rangeOf)
          .sort((a, b) => a.from - b.from);
        assert.equal(ranges.length, 3 * count);
        let end = vpc.from - 1;
        for (const { from, to } of ranges) {
          assert.ok(from > end, `${cidr}: a subnet starts at ${from}, before ${end} ends`);
          end = to;
        }
        assert.ok(end <= vpc.to);
      }),
    );
  });

  it("moves nothing when a zone is added", () => {
    fc.assert(
      fc.property(vpcCidrs, (cidr) => {
        assert.deepEqual(
          planSubnets(cidr, zones).slice(0, 2),
          planSubnets(cidr, zones.slice(0, 2)),
        );
      }),
    );
  });

  it("gives each tier its share, and no subnet less than AWS's minimum of /28", () => {
    fc.assert(
      fc.property(vpcCidrs, (cidr) => {
        const size = new Netmask(cidr).size;
        for (const zone of planSubnets(cidr, zones)) {
          assert.equal(new Netmask(zone.private).size, size / 4);
          assert.equal(new Netmask(zone.public).size, size / 64);
          assert.equal(new Netmask(zone.database).size, size / 256);
          assert.ok(new Netmask(zone.database).bitmask <= 28);
        }
      }),
    );
  });

  it("leaves room in the fourth quarter: nothing lies behind the database slot", () => {
    const last = rangeOf(new Netmask("10.40.211.0/24"));
    for (const block of blocksOf(planSubnets("10.40.0.0/16", zones))) {
      assert.ok(rangeOf(block).to < last.from);
    }
  });

  for (const [cidr, given, message] of [
    ["10.40.0.0/15", zones, /10\.40\.0\.0\/15: the prefix must be \/16 to \/20/],
    ["10.40.0.0/21", zones, /10\.40\.0\.0\/21: the prefix must be/],
    ["10.40.1.0/16", zones, /10\.40\.1\.0\/16: has host bits; the network is 10\.40\.0\.0\/16/],
    ["10.40.0.0/16", ["a"], /got 1, need 2 or 3/],
    ["10.40.0.0/16", ["a", "b", "c", "d"], /got 4, need 2 or 3/],
    ["10.40.0.0/16", ["a", "b", "a"], /a, b, a has a repetition/],
  ] as const) {
    it(`refuses ${cidr} for ${given.join(", ")}`, () => {
      assert.throws(() => planSubnets(cidr, given), { name: "RangeError", message });
    });
  }
});
