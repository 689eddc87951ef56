import type { ColumnDefinition } from './printer.js';

/** A column of text that is always shown, unless `extra` says otherwise. */
export function column(
  name: string,
  description: string,
  extra: Partial<Omit<ColumnDefinition, 'name' | 'description'>> = {},
): ColumnDefinition {
  return Object.freeze({ name, type: 'string', format: '', description, priority: 0, ...extra });
}

export const creationTimestampDescription =
  'CreationTimestamp is a timestamp representing the server time when this object was created. It is not guaranteed to be set in happens-before order across separate operations. Clients may not set this value. It is represented in RFC3339 form and is in UTC.\n\nPopulated by the system. Read-only. Null for lists. More info: https://git.k8s.io/community/contributors/devel/sig-architecture/api-conventions.md#metadata';

export const nameColumn = column(
  'Name',
  'Name must be unique within a namespace. Is required when creating resources, although some resources may allow a client to request the generation of an appropriate name automatically. Name is primarily intended for creation idempotence and configuration definition. Cannot be updated. More info: https://kubernetes.io/docs/concepts/overview/working-with-objects/names#names',
  { format: 'name' },
);

export const ageColumn = column('Age', creationTimestampDescription);
