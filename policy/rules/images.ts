/** Rules about container images. */
import { containerRule, containersOf, nameOf, podOf, podTypes } from "../pods";
import { each } from "../evaluate";
import { everywhere, onlyInProd, type ResourceRule } from "../rule";

/** Parts of an image reference. */
export interface ImageReference {
  /** Registry and repository, with Docker Hub's implicit parts written out. */
  readonly repository: string;
  readonly tag: string | undefined;
  readonly digest: string | undefined;
}

/**
 * Parses a reference such as `valkey/valkey:8.1`, by the rules of the distribution project: the first
 * part is a registry if it has a dot, a colon or is `localhost`.
 */
export function parseImage(reference: string): ImageReference {
  const [rest = "", digest] = reference.split("@");
  const colon = rest.lastIndexOf(":");
  const tagged = colon > rest.lastIndexOf("/");
  const name = tagged ? rest.slice(0, colon) : rest;
  const [first = "", ...others] = name.split("/");
  const hasRegistry = others.length > 0 && /[.:]|^localhost$/.test(first);
  const path = hasRegistry ? others : [first, ...others];
  const registry = hasRegistry ? first : "docker.io";
  const full = registry === "docker.io" && path.length === 1 ? ["library", ...path] : path;
  return {
    repository: [registry, ...full].join("/"),
    tag: tagged ? rest.slice(colon + 1) : undefined,
    digest,
  };
}

/** Whoever runs the registry runs code in the cluster. */
export const imageRegistries: ResourceRule = {
  kind: "resource",
  id: "image-registries",
  title: "Images come from approved registries",
  severity: "high",
  controls: ["CIS EKS 5.1.4", "NSA pod security"],
  remedy: "Mirror the image to ECR, or have the registry approved in the pack's configuration.",
  levels: everywhere,
  whenUnknown: "violate",
  parameters: {
    allowed: {
      schema: {
        type: "array",
        items: { type: "string" },
        description: "Prefixes of repositories; `*` stands for one part of a host name.",
        default: [
          "*.dkr.ecr.*.amazonaws.com/",
          "public.ecr.aws/",
          "registry.k8s.io/",
          "docker.io/library/postgres",
          "docker.io/valkey/valkey",
        ],
      },
    },
  },
  types: podTypes,
  *check(resource, context) {
    const allowed = context.texts("allowed").map(prefixPattern);
    yield* each(containersOf(podOf(resource)), function* (container) {
      const image = container.text("image") ?? "";
      const { repository } = parseImage(image);
      if (!allowed.some((pattern) => pattern.test(`${repository}`))) {
        yield `${nameOf(container)} comes from ${repository}`;
      }
    });
  },
};

function prefixPattern(prefix: string): RegExp {
  const escaped = prefix.split("*").map((part) => part.replace(/[.+?^${}()|[\]\\]/g, "\\$&"));
  const end = prefix.endsWith("/") ? "" : "($|/)";
  return new RegExp(`^${escaped.join("[^./]+")}${end}`);
}

/** Tomorrow's `latest` was never tested. */
export const imageTagged = containerRule({
  id: "image-tagged",
  title: "Images have a tag that means one version",
  severity: "high",
  controls: ["NSA upgrading", "DTEM pinned versions"],
  remedy: "Write the version as tag.",
  levels: everywhere,
  *checkContainer(container) {
    const { tag, digest } = parseImage(container.text("image") ?? "");
    if (digest !== undefined) return;
    if (tag === undefined) yield `${nameOf(container)} has no tag`;
    else if (/^(latest|stable|main|master|edge|dev)$/.test(tag)) {
      yield `${nameOf(container)} follows the moving tag ${tag}`;
    }
  },
});

/** A tag can be pushed again; a digest is the image. */
export const imageDigest = containerRule({
  id: "image-digest",
  title: "Images are pinned by digest",
  severity: "medium",
  controls: ["NSA upgrading", "DTEM pinned versions"],
  remedy: "Append the digest: `image:tag@sha256:…`.",
  levels: onlyInProd,
  *checkContainer(container) {
    const { digest } = parseImage(container.text("image") ?? "");
    if (!/^sha256:[0-9a-f]{64}$/.test(digest ?? "")) yield `${nameOf(container)} is not pinned`;
  },
});

const repositoryType = "aws:ecr/repository:Repository";

/** What is known to be broken is found before it is deployed. */
export const repositoryScanned: ResourceRule = {
  kind: "resource",
  id: "ecr-scan-on-push",
  title: "Repositories scan images when they are pushed",
  severity: "high",
  controls: ["CIS EKS 5.1.1", "FSBP ECR.1"],
  remedy: "Set `imageScanningConfiguration.scanOnPush: true`.",
  levels: everywhere,
  whenUnknown: "violate",
  types: [repositoryType],
  *check({ props }) {
    if (props.get("imageScanningConfiguration.scanOnPush") !== true) yield "does not scan images";
  },
};

/** The tested image and the deployed one are the same. */
export const repositoryImmutable: ResourceRule = {
  kind: "resource",
  id: "ecr-immutable-tags",
  title: "Tags of repositories cannot be moved",
  severity: "medium",
  controls: ["FSBP ECR.2", "DTEM pinned versions"],
  remedy: 'Set `imageTagMutability: "IMMUTABLE"`.',
  levels: everywhere,
  whenUnknown: "violate",
  types: [repositoryType],
  *check({ props }) {
    if (props.text("imageTagMutability") !== "IMMUTABLE") yield "lets tags be moved";
  },
};
