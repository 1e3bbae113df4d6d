/** Controls that rules refer to. */
import type { cisEks } from "./cis-eks";
import type { podSecurity } from "./pod-security";

/**
 * A control of a standard, or (`DTEM`) a promise of the platform itself.
 *
 * - `CIS EKS`: CIS Amazon EKS Benchmark 1.8.
 * - `PSS`: Kubernetes Pod Security Standards; restricted includes baseline.
 * - `FSBP`: AWS Foundational Security Best Practices, control ids of AWS Security Hub.
 * - `NSA`: NSA/CISA Kubernetes Hardening Guide 1.2, by chapter.
 */
export type Control =
  | `CIS EKS ${keyof typeof cisEks}`
  | `PSS ${keyof typeof podSecurity}`
  | `FSBP ${string}`
  | `NSA ${NsaChapter}`
  | `DTEM ${string}`;

/** Chapters of the NSA/CISA guide. */
export type NsaChapter =
  | "pod security"
  | "network separation"
  | "authentication and authorization"
  | "audit logging"
  | "upgrading";

/** One control of a standard of which every control is accounted for. */
export interface ControlEntry {
  readonly title: string;
  /** Why no rule checks it; absent where rules do. A test holds the two together. */
  readonly unchecked?:
    | {
        readonly by: "aws";
        readonly why: string;
        /** Id of the rule that keeps what AWS does in place. */
        readonly heldBy: string;
      }
    | { readonly by: "gap"; readonly why: string };
}
