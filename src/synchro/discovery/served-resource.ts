/** A resource that a cluster serves, in one version, as its discovery says. Subresources are left out. */
export interface ServedResource {
  readonly group: string;
  readonly version: string;
  readonly resource: string;
  readonly kind: string;
  readonly namespaced: boolean;
  readonly singularName: string;
  readonly shortNames: readonly string[];
  readonly categories: readonly string[];
  readonly verbs: readonly string[];
}

/** What a cluster serves: its types in the order of its own preference, versions of a group likewise. */
export interface ServedResources {
  readonly resources: readonly ServedResource[];
  /** Group versions of which the server could not say what is in them: their API service does not answer. */
  readonly unavailable: readonly { readonly group: string; readonly version: string }[];
}
