/** SQL that fills a database with mock documents; running it again changes nothing. */
import type { MockCompany, MockData, MockDocument } from "./mock-documents";

/** Schema of its own, so that the services' migrations and the mock data never meet. */
export const mockSchema = "dtem_mock";

/**
 * A text as an SQL literal. Quotes are doubled; backslashes are plain characters, which the script
 * makes sure of by `standard_conforming_strings`.
 *
 * @throws RangeError for the character NUL, which PostgreSQL cannot store
 */
export function quoteLiteral(text: string): string {
  if (text.includes("\0")) {
    throw new RangeError("a text with the character NUL cannot be stored in PostgreSQL");
  }
  return `'${text.replaceAll("'", "''")}'`;
}

/** A value as SQL; numbers have to be whole. */
function literal(value: string | number | undefined): string {
  if (value === undefined) {
    return "NULL";
  }
  if (typeof value === "string") {
    return quoteLiteral(value);
  }
  if (!Number.isSafeInteger(value)) {
    throw new RangeError(`amount ${value}: need a whole number`);
  }
  return String(value);
}

function insert(
  table: string,
  columns: readonly string[],
  rows: readonly (readonly (string | number | undefined)[])[],
): string {
  if (rows.length === 0) {
    return "";
  }
  const values = rows.map((row) => `  (${row.map(literal).join(", ")})`).join(",\n");
  return `INSERT INTO ${mockSchema}.${table} (${columns.join(", ")}) VALUES\n${values}\nON CONFLICT DO NOTHING;\n`;
}

const companyColumns = ["rut", "razon_social", "giro", "direccion", "comuna"];

const companyRow = (company: MockCompany) => [
  company.rut,
  company.name,
  company.business,
  company.address,
  company.district,
];

const documentColumns = [
  "rut_emisor",
  "tipo_dte",
  "folio",
  "rut_receptor",
  "fecha_emision",
  "monto_neto",
  "monto_exento",
  "iva",
  "monto_total",
  "tipo_referencia",
  "folio_referencia",
];

const documentRow = (document: MockDocument) => [
  document.issuer,
  document.type,
  document.folio,
  document.receiver,
  document.issuedOn,
  document.net,
  document.exempt,
  document.vat,
  document.total,
  document.reference?.type,
  document.reference?.folio,
];

const companyTable = (table: string) => `CREATE TABLE IF NOT EXISTS ${mockSchema}.${table} (
  rut text PRIMARY KEY,
  razon_social text NOT NULL,
  giro text NOT NULL,
  direccion text NOT NULL,
  comuna text NOT NULL
);
`;

/** The script. Meant to be run in one transaction; the names are those of the SII's schemas. */
export function seedSql(data: MockData): string {
  return [
    "SET standard_conforming_strings = on;\nSET client_min_messages = warning;\n",
    `CREATE SCHEMA IF NOT EXISTS ${mockSchema};\n`,
    companyTable("emisores"),
    companyTable("receptores"),
    `CREATE TABLE IF NOT EXISTS ${mockSchema}.documentos (
  rut_emisor text NOT NULL REFERENCES ${mockSchema}.emisores,
  tipo_dte smallint NOT NULL CHECK (tipo_dte IN (33, 34, 39, 52, 61)),
  folio bigint NOT NULL CHECK (folio > 0),
  rut_receptor text NOT NULL REFERENCES ${mockSchema}.receptores,
  fecha_emision date NOT NULL,
  monto_neto bigint NOT NULL,
  monto_exento bigint NOT NULL,
  iva bigint NOT NULL,
  monto_total bigint NOT NULL CHECK (monto_total = monto_neto + monto_exento + iva),
  tipo_referencia smallint,
  folio_referencia bigint,
  PRIMARY KEY (rut_emisor, tipo_dte, folio),
  FOREIGN KEY (rut_emisor, tipo_referencia, folio_referencia) REFERENCES ${mockSchema}.documentos
);
`,
    insert("emisores", companyColumns, data.issuers.map(companyRow)),
    insert("receptores", companyColumns, data.receivers.map(companyRow)),
    insert("documentos", documentColumns, data.documents.map(documentRow)),
  ].join("\n");
}
