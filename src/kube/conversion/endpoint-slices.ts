import { asObject, type JsonObject, mapElements } from './json-object.js';

const zoneLabel = 'topology.kubernetes.io/zone';

/** EndpointSlice of v1beta1 to v1: the zone is a field of its own, the rest of the topology is deprecated. */
export function endpointSliceToV1(slice: JsonObject): JsonObject {
  return mapElements(slice, 'endpoints', (endpoint) => {
    const { topology, ...others } = endpoint;
    const labels = asObject(topology);
    if (labels === undefined) return others;
    const { [zoneLabel]: zone, ...rest } = labels;
    return {
      ...others,
      ...(Object.keys(rest).length === 0 ? {} : { deprecatedTopology: rest }),
      ...(zone === undefined ? {} : { zone }),
    };
  });
}

export function endpointSliceToV1beta1(slice: JsonObject): JsonObject {
  return mapElements(slice, 'endpoints', (endpoint) => {
    const { deprecatedTopology, zone, ...others } = endpoint;
    const topology = { ...asObject(deprecatedTopology), ...(zone === undefined ? {} : { [zoneLabel]: zone }) };
    return Object.keys(topology).length === 0 ? others : { ...others, topology };
  });
}
