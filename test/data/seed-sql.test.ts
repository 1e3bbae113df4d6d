import assert from "node:assert/strict";

import fc from "fast-check";

import {
  anonymousConsumer,
  createMockData,
  defaultMockSize,
  documentTypes,
} from "../../components/data/mock-documents";
import { isValidRut } from "../../components/data/rut";
import { quoteLiteral, seedSql } from "../../components/data/seed-sql";

const sizes = fc.record({
  issuers: fc.integer({ min: 1, max: 5 }),
  receivers: fc.integer({ min: 1, max: 8 }),
  documents: fc.integer({ min: 1, max: 8 }),
});

/** Reads one SQL string literal from the start of a text, the way PostgreSQL does. */
function readLiteral(sql: string): { value: string; rest: string } {
  assert.equal(sql[0], "'");
  let value = "";
  for (let index = 1; index < sql.length; index++) {
    if (sql[index] !== "'") {
      value += sql[index];
    } else if (sql[index + 1] === "'") {
      value += "'";
      index++;
    } else {
      return { value, rest: sql.slice(index + 1) };
    }
  }
  throw new Error("unterminated literal");
}

describe("data: mock documents", () => {
  it("have valid tax numbers, distinct among issuers and among receivers", () => {
    fc.assert(
      fc.property(sizes, (size) => {
        const { issuers, receivers } = createMockData(size);
        for (const companies of [issuers, receivers]) {
          const numbers = companies.map((company) => company.rut);
          assert.ok(numbers.every(isValidRut), numbers.join());
          assert.equal(new Set(numbers).size, numbers.length);
        }
      }),
    );
  });

  it("are of all five types, the same number for each issuer, numbered without gaps", () => {
    fc.assert(
      fc.property(sizes, (size) => {
        const { issuers, documents } = createMockData(size);
        assert.equal(documents.length, size.issuers * documentTypes.length * size.documents);
        for (const { rut } of issuers) {
          for (const type of documentTypes) {
            const folios = documents
              .filter((document) => document.issuer === rut && document.type === type)
              .map((document) => document.folio);
            assert.deepEqual(
              folios,
              Array.from({ length: size.documents }, (_, index) => index + 1),
            );
          }
        }
      }),
    );
  });

  it("add up, with 19 % tax unless exempt", () => {
    for (const document of createMockData(defaultMockSize).documents) {
      const { type, net, exempt, vat, total } = document;
      assert.equal(total, net + exempt + vat);
      assert.ok(total > 0);
      assert.equal(vat, Math.round(net * 0.19));
      assert.equal(net === 0, type === 34);
      assert.equal(exempt === 0, type !== 34);
    }
  });

  it("refer to companies that exist; receipts are to the anonymous consumer alone", () => {
    const { issuers, receivers, documents } = createMockData(defaultMockSize);
    const known = new Set(receivers.map((receiver) => receiver.rut));
    for (const { issuer, receiver, type } of documents) {
      assert.ok(issuers.some((each) => each.rut === issuer));
      assert.ok(known.has(receiver));
      assert.equal(receiver === anonymousConsumer, type === 39);
    }
  });

  it("of type 61 cancel an invoice of the same issuer, receiver and amount", () => {
    const { documents } = createMockData(defaultMockSize);
    const notes = documents.filter((document) => document.type === 61);
    assert.equal(notes.length, defaultMockSize.issuers * defaultMockSize.documents);
    for (const note of notes) {
      const invoice = documents.find(
        (document) =>
          document.issuer === note.issuer &&
          document.type === note.reference?.type &&
          document.folio === note.reference.folio,
      );
      assert.equal(invoice?.type, 33);
      assert.equal(invoice.receiver, note.receiver);
      assert.equal(invoice.total, note.total);
    }
    assert.ok(documents.every((each) => (each.reference === undefined) === (each.type !== 61)));
  });

  it("are the same every time", () => {
    fc.assert(
      fc.property(sizes, (size) => {
        assert.deepEqual(createMockData(size), createMockData(size));
        assert.equal(seedSql(createMockData(size)), seedSql(createMockData(size)));
      }),
      { numRuns: 20 },
    );
  });
});

describe("data: seed SQL", () => {
  const data = createMockData(defaultMockSize);
  const sql = seedSql(data);

  it("quotes any text so that it reads back, and nothing of it is left over", () => {
    const unit = fc.constantFrom(
      "'",
      "''",
      "\\",
      "\\'",
      '"',
      ";",
      "--",
      "/*",
      "$$",
      "\n",
      "ñ",
      "a",
    );
    fc.assert(
      fc.property(fc.string({ unit }), fc.constantFrom("", ", 1", ")", ";"), (text, following) => {
        assert.deepEqual(readLiteral(quoteLiteral(text) + following), {
          value: text,
          rest: following,
        });
      }),
    );
  });

  it("quotes names in statements too", () => {
    const [first] = data.issuers;
    const hostile = { ...first!, name: "x'); DROP TABLE documentos; --" };
    const script = seedSql({ issuers: [hostile], receivers: [], documents: [] });
    assert.ok(script.includes("'x''); DROP TABLE documentos; --'"));
  });

  it("refuses what PostgreSQL could not store as it is", () => {
    assert.throws(() => quoteLiteral("a\0b"), /NUL/);
    const [document] = data.documents;
    assert.throws(() => seedSql({ ...data, documents: [{ ...document!, net: 0.5 }] }), /whole/);
  });

  it("can be run again: every statement is conditional or a setting", () => {
    const statements = sql
      .split(/;\n/)
      .map((statement) => statement.trim())
      .filter((statement) => statement !== "");
    assert.equal(statements.length, 9);
    for (const statement of statements) {
      assert.match(
        statement,
        /^(?:SET |CREATE (?:SCHEMA|TABLE) IF NOT EXISTS |INSERT [^]*ON CONFLICT DO NOTHING$)/,
      );
    }
  });

  it("holds every company and document once", () => {
    const rows = sql.split("\n").filter((line) => line.startsWith("  ('"));
    assert.equal(rows.length, data.issuers.length + data.receivers.length + data.documents.length);
    assert.equal(new Set(rows).size, rows.length);
    assert.ok(
      sql.includes(
        "  ('76900002-K', 61, 1, '77900000-1', '2025-01-02', 10000, 0, 1900, 11900, 33, 1)",
      ),
    );
  });

  it("fits into a ConfigMap", () => {
    assert.ok(Buffer.byteLength(sql) < 512 * 1024);
  });
});
