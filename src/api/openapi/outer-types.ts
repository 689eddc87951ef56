import type { DocumentBuilder } from '../../kube/openapi/document-builder.js';
import type { JsonObject } from '../../kube/openapi/json-value.js';
import { resourcePaths } from '../../kube/openapi/resource-paths.js';
import { apiGroup, apiVersion } from '../request-path.js';
import { collectionParameters } from './parameter-components.js';

const kind = 'CollectionResource';
const schema = 'io.clusterpedia.v1beta1.CollectionResource';
const text = (description: string): JsonObject => ({ description, type: 'string' });

const resourceType: JsonObject = {
  type: 'object',
  properties: {
    group: text('The group; empty for the core group.'),
    version: text('The version; empty where any will do.'),
    resource: text('The plural; empty where any will do.'),
    kind: text('The kind, where the type is that of an object in items.'),
  },
};

/** Adds what the server has beside the resources of the clusters. */
export function addOuterTypes(builder: DocumentBuilder, canWatch: boolean): void {
  builder.addObject({ group: apiGroup, version: apiVersion, kind }, schema, {
    description: 'A set of resource types that can be listed at once.',
    properties: {
      resourceTypes: { description: 'What it lists.', type: 'array', items: resourceType },
      items: {
        description: 'The objects, of the types of this collection resource or of those that the request names.',
        type: 'array',
        items: { type: 'object', 'x-kubernetes-preserve-unknown-fields': true },
      },
      continue: text('Where the next page begins; absent on the last.'),
      remainingItemCount: { description: 'How many objects come after this page.', type: 'integer', format: 'int64' },
    },
  });
  const type = { group: apiGroup, version: apiVersion, resource: 'collectionresources', kind, namespaced: false };
  builder.addPaths(
    resourcePaths(
      { type, schema, listSchema: `${schema}List` },
      { canWatch, canGet: true, listParameters: ['pretty'], getParameters: collectionParameters },
    ),
  );
}
