import { asList, asObject, compact, type JsonObject, mapElements, mapMember } from './json-object.js';

/** A CustomResourceDefinition of v1beta1 to v1, where each version has a schema, subresources and columns of its own. */
export function definitionToV1(definition: JsonObject): JsonObject {
  return mapMember(definition, 'spec', (spec) => {
    const { version, validation, subresources, additionalPrinterColumns, versions, conversion, ...others } = spec;
    const named = asList(versions).length > 0 ? versions : [{ name: version, served: true, storage: true }];
    const shared = compact({ schema: validation, subresources, additionalPrinterColumns });
    const { versions: converted } = mapElements({ versions: named }, 'versions', (own) =>
      columnsToV1(compact({ ...shared, ...compact(own) })),
    );
    const strategy = asObject(conversion);
    return compact({
      ...others,
      conversion: strategy === undefined ? conversion : conversionToV1(strategy),
      // What is not said is true in v1beta1, and false in v1.
      preserveUnknownFields: spec.preserveUnknownFields ?? true,
      versions: converted,
    });
  });
}

function columnsToV1(version: JsonObject): JsonObject {
  return mapElements(version, 'additionalPrinterColumns', ({ JSONPath, ...column }) =>
    compact({ ...column, jsonPath: column.jsonPath ?? JSONPath }),
  );
}

function conversionToV1({
  strategy,
  webhookClientConfig,
  conversionReviewVersions,
  ...others
}: JsonObject): JsonObject {
  if (webhookClientConfig === undefined) return compact({ strategy, ...others });
  return compact({
    strategy,
    ...others,
    webhook: compact({ clientConfig: webhookClientConfig, conversionReviewVersions }),
  });
}
