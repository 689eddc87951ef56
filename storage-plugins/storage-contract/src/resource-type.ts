/**
 * A kind of object as a storage keeps it. `group` is '' for the core group, `resource` the plural in lower case.
 * Group, version and resource identify the type; kind and namespaced describe it.
 */
export interface ResourceType {
  readonly group: string;
  readonly version: string;
  readonly resource: string;
  readonly kind: string;
  readonly namespaced: boolean;
}

/** Selects types: an omitted version means any version, an omitted resource every resource of the group. */
export interface ResourceTypeSelector {
  readonly group: string;
  readonly version?: string;
  readonly resource?: string;
}
