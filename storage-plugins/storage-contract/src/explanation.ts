/** One condition of a list, in words, and what answers it. */
export interface ExplainedCondition {
  /** As one would say it: `spec.nodeName in (node-1)`, `cluster in (prod-eu)`. */
  readonly condition: string;
  /** `index`: only objects that fulfil it are looked at; `columns`: looked at without reading the object; `scan`: each object that is left is read. */
  readonly answeredBy: 'index' | 'columns' | 'scan';
  /** Why, or what would change it. */
  readonly reason?: string;
}

/** How a storage would answer a list. Nothing of it is a promise: it says how things stand now. */
export interface Explanation {
  /** Every filter of the options, each once; none for a list of everything. */
  readonly conditions: readonly ExplainedCondition[];
  /** What gives the order: an index, or sorting what was found. */
  readonly order: string;
  /** About how many objects are looked at; absent when the storage does not know. */
  readonly estimatedObjects?: number;
  /** The plan of the database, line by line, in its own words; empty where there is none. */
  readonly plan: readonly string[];
}

/** A declared index over a field. */
export interface FieldIndexStatus {
  /** As it was declared: `spec.nodeName`, or `pods:status.phase` for one resource type. */
  readonly declaration: string;
  /** `building`: searches still scan; `removing`: what is left of it is being removed, no search uses it. */
  readonly state: 'building' | 'ready' | 'removing';
}
