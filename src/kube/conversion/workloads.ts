import { asObject, compact, type JsonObject } from './json-object.js';

/** A Deployment of apps/v1beta1 or extensions/v1beta1 to apps/v1, as Kubernetes does it: what v1 has no field for becomes an annotation. */
export function deploymentToV1(deployment: JsonObject): JsonObject {
  const { rollbackTo, ...spec } = asObject(deployment.spec) ?? {};
  if (rollbackTo === undefined) return deployment;
  const revision = asObject(rollbackTo)?.revision ?? 0;
  return annotated({ ...deployment, spec }, 'deprecated.deployment.rollback.revision', revision);
}

/** A DaemonSet of extensions/v1beta1 to apps/v1. */
export function daemonSetToV1(daemonSet: JsonObject): JsonObject {
  const { templateGeneration, ...spec } = asObject(daemonSet.spec) ?? {};
  if (templateGeneration === undefined) return daemonSet;
  return annotated({ ...daemonSet, spec }, 'deprecated.daemonset.template.generation', templateGeneration);
}

function annotated(object: JsonObject, name: string, value: unknown): JsonObject {
  const metadata = asObject(object.metadata) ?? {};
  const annotations = compact({ ...asObject(metadata.annotations), [name]: String(value) });
  return { ...object, metadata: { ...metadata, annotations } };
}
