/**
 * Mock companies and tax documents for development (spec 3.1.1: "datos de prueba y mock").
 *
 * Everything follows from arithmetic, so each run gives the same documents: tests can name them, and
 * an unchanged seed is an unchanged Job. Companies are invented and say so in their names; their tax
 * numbers are well-formed, as the services check them.
 */
import { formatRut } from "./rut";

/** Rate of value-added tax (IVA) in Chile. */
const vatRate = 0.19;

/** Receiver that the SII prescribes for receipts to unnamed consumers. */
export const anonymousConsumer = formatRut(66_666_666);

/**
 * Document types of the SII: 33 factura electrónica, 34 factura exenta, 39 boleta, 52 guía de
 * despacho, 61 nota de crédito.
 */
export const documentTypes = [33, 34, 39, 52, 61] as const;

/** One of {@link documentTypes}. */
export type DocumentType = (typeof documentTypes)[number];

/** Issuer (emisor) or receiver (receptor). */
export interface MockCompany {
  readonly rut: string;
  readonly name: string;
  /** Line of business (giro). */
  readonly business: string;
  readonly address: string;
  /** Comuna. */
  readonly district: string;
}

/** One document. Amounts are whole pesos. */
export interface MockDocument {
  readonly issuer: string;
  readonly type: DocumentType;
  /** Number within issuer and type, from 1. */
  readonly folio: number;
  readonly receiver: string;
  /** ISO date. */
  readonly issuedOn: string;
  readonly net: number;
  readonly exempt: number;
  readonly vat: number;
  readonly total: number;
  /** The invoice that a credit note cancels. */
  readonly reference?: { readonly type: DocumentType; readonly folio: number };
}

/** The mock data as a whole. */
export interface MockData {
  readonly issuers: readonly MockCompany[];
  readonly receivers: readonly MockCompany[];
  readonly documents: readonly MockDocument[];
}

/** How much is made. */
export interface MockSize {
  readonly issuers: number;
  readonly receivers: number;
  /** Per issuer and type. */
  readonly documents: number;
}

/** What the development database is filled with. */
export const defaultMockSize: MockSize = { issuers: 3, receivers: 11, documents: 12 };

const businesses = ["Comercio al por menor", "Transporte de carga", "Servicios informáticos"];
const districts = ["Santiago", "Ñuñoa", "Valparaíso", "Concepción", "Puerto Montt"];

/** Picks by position, over and over. */
function pick(list: readonly string[], index: number): string {
  return list[index % list.length] ?? "";
}

function company(kind: string, firstNumber: number, index: number): MockCompany {
  return {
    rut: formatRut(firstNumber + index),
    // The apostrophe is there to be found by whoever builds SQL or XML by concatenation.
    name: `${kind} Ficticia ${index + 1} O'Higgins SpA`,
    business: pick(businesses, index),
    address: `Calle de Prueba ${100 + index}`,
    district: pick(districts, index),
  };
}

/** Net, exempt, tax and total of the n-th document of a type. */
function amounts(type: DocumentType, index: number) {
  const base = 10_000 + ((index * 7_919) % 490_000);
  if (type === 34) {
    return { net: 0, exempt: base, vat: 0, total: base };
  }
  const vat = Math.round(base * vatRate);
  return { net: base, exempt: 0, vat, total: base + vat };
}

/** Mock data of a size; the same for the same size. */
export function createMockData(size: MockSize): MockData {
  const issuers = Array.from({ length: size.issuers }, (_, i) => company("Emisora", 76_900_000, i));
  const receivers = [
    { ...company("Consumidor", 1, 0), rut: anonymousConsumer, name: "Consumidor final (mock)" },
    ...Array.from({ length: size.receivers }, (_, i) => company("Receptora", 77_900_000, i)),
  ];
  const named = receivers.slice(1);
  const documents = issuers.flatMap((issuer) =>
    documentTypes.flatMap((type) =>
      Array.from({ length: size.documents }, (_, index): MockDocument => {
        const folio = index + 1;
        return {
          issuer: issuer.rut,
          type,
          folio,
          receiver: type === 39 ? anonymousConsumer : named[index % named.length]!.rut,
          issuedOn: new Date(Date.UTC(2025, 0, 2 + index)).toISOString().slice(0, 10),
          ...amounts(type, index),
          // A credit note has amounts and receiver of the invoice of the same folio.
          ...(type === 61 ? { reference: { type: 33, folio } } : {}),
        };
      }),
    ),
  );
  return { issuers, receivers, documents };
}
