import { asObject, compact, type JsonObject, mapElements, mapMember } from './json-object.js';

/** Ingress of v1beta1, of networking.k8s.io or extensions, to v1. */
export function ingressToV1(ingress: JsonObject): JsonObject {
  return mapMember(ingress, 'spec', (spec) => {
    const { backend, ...others } = spec;
    const defaultBackend = asObject(backend);
    const rest = defaultBackend === undefined ? others : { ...others, defaultBackend: backendToV1(defaultBackend) };
    return mapRules(rest, (path) => {
      const converted = mapMember(path, 'backend', backendToV1);
      return converted.pathType === undefined ? { ...converted, pathType: 'ImplementationSpecific' } : converted;
    });
  });
}

/** Ingress of v1 to v1beta1. */
export function ingressToV1beta1(ingress: JsonObject): JsonObject {
  return mapMember(ingress, 'spec', (spec) => {
    const { defaultBackend, ...others } = spec;
    const backend = asObject(defaultBackend);
    const rest = backend === undefined ? others : { ...others, backend: backendToV1beta1(backend) };
    return mapRules(rest, (path) => mapMember(path, 'backend', backendToV1beta1));
  });
}

function mapRules(spec: JsonObject, map: (path: JsonObject) => JsonObject): JsonObject {
  return mapElements(spec, 'rules', (rule) => mapMember(rule, 'http', (http) => mapElements(http, 'paths', map)));
}

function backendToV1({ serviceName, servicePort, ...others }: JsonObject): JsonObject {
  if (serviceName === undefined && servicePort === undefined) return others;
  const port =
    typeof servicePort === 'number'
      ? { number: servicePort }
      : servicePort === undefined
        ? undefined
        : { name: servicePort };
  return { service: compact({ name: serviceName, port }), ...others };
}

function backendToV1beta1({ service, ...others }: JsonObject): JsonObject {
  const { name, port } = asObject(service) ?? {};
  const { number, name: portName } = asObject(port) ?? {};
  return compact({ serviceName: name, servicePort: number ?? portName, ...others });
}
