export type Json = string | number | boolean | null | readonly Json[] | { readonly [key: string]: Json };

/** What all objects of Kubernetes share; everything else is plain JSON. */
export interface KubernetesObject {
  readonly apiVersion: string;
  readonly kind: string;
  readonly metadata: ObjectMetadata;
  readonly [member: string]: Json | ObjectMetadata;
}

export interface ObjectMetadata {
  readonly name: string;
  readonly namespace?: string;
  readonly uid?: string;
  readonly resourceVersion?: string;
  readonly creationTimestamp?: string;
  readonly labels?: Readonly<Record<string, string>>;
  readonly ownerReferences?: readonly {
    readonly uid: string;
    readonly controller?: boolean;
    readonly [member: string]: Json | undefined;
  }[];
  readonly [member: string]: unknown;
}
