/** What a kube-apiserver says of types that clients had better stop to use, by group, version and resource. */
const deprecations: ReadonlyMap<string, string> = new Map([
  ['/v1/componentstatuses', 'v1 ComponentStatus is deprecated in v1.19+'],
  ['/v1/endpoints', 'v1 Endpoints is deprecated in v1.33+; use discovery.k8s.io/v1 EndpointSlice'],
]);

export interface DeprecatedType {
  readonly group: string;
  readonly version: string;
  readonly resource: string;
}

/** Undefined for a type that is not deprecated. */
export function deprecationOf({ group, version, resource }: DeprecatedType): string | undefined {
  return deprecations.get(`${group}/${version}/${resource}`);
}
