/** Rules about what must not be lost. */
import { everywhere, onlyInProd, type ResourceRule } from "../rule";

/** Types whose loss loses data, with what they hold. */
const stateful: Readonly<Record<string, string>> = {
  "aws:rds/instance:Instance": "the documents",
  "aws:elasticache/replicationGroup:ReplicationGroup": "the queue",
  "aws:kms/key:Key": "all that it encrypts",
  "aws:secretsmanager/secret:Secret": "a credential",
  "aws:eks/cluster:Cluster": "everything on the cluster",
  "kubernetes:core/v1:PersistentVolumeClaim": "a volume",
};

/** A preview that would replace the database must fail instead. */
export const statefulProtected: ResourceRule = {
  kind: "resource",
  id: "stateful-protected",
  title: "What holds data is protected",
  severity: "critical",
  controls: ["DTEM deletion protection"],
  remedy: "Set the resource option `protect: true`.",
  levels: onlyInProd,
  whenUnknown: "advise",
  types: Object.keys(stateful),
  *check({ type, protect }) {
    if (!protect) yield `may be deleted or replaced by an update, and ${stateful[type]} with it`;
  },
};

/** `retainOnDelete` aside, the class decides what happens to a volume whose claim goes. */
export const storageClassEncrypted: ResourceRule = {
  kind: "resource",
  id: "storage-class-encrypted",
  title: "Storage classes encrypt their volumes",
  severity: "high",
  controls: ["FSBP EC2.3"],
  remedy: 'Set `parameters.encrypted: "true"`.',
  levels: everywhere,
  whenUnknown: "violate",
  types: ["kubernetes:storage.k8s.io/v1:StorageClass"],
  *check({ props }) {
    if (props.text("provisioner") !== "ebs.csi.aws.com") return;
    if (String(props.get("parameters.encrypted")) !== "true")
      yield "makes volumes without encryption";
  },
};

/** A bucket that anybody may read is the classic leak. */
export const bucketsPrivate: ResourceRule = {
  kind: "resource",
  id: "bucket-private",
  title: "Buckets block public access",
  severity: "critical",
  controls: ["FSBP S3.8"],
  remedy: "Set all four settings of the public access block to true.",
  levels: everywhere,
  whenUnknown: "violate",
  types: ["aws:s3/bucketPublicAccessBlock:BucketPublicAccessBlock"],
  *check({ props }) {
    const settings = [
      "blockPublicAcls",
      "blockPublicPolicy",
      "ignorePublicAcls",
      "restrictPublicBuckets",
    ];
    for (const setting of settings) {
      if (props.get(setting) !== true) yield `does not set ${setting}`;
    }
  },
};
