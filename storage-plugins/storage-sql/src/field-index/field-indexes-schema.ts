/** JSON Schema of the config key `fieldIndexes`. */
export const fieldIndexesSchema = {
  type: 'array',
  uniqueItems: true,
  maxItems: 64,
  items: { type: 'string', minLength: 1, maxLength: 500 },
  description:
    'Fields that searches find by an index, such as spec.nodeName, spec.containers[].image, or pods:status.phase for one resource type. They belong to the database: absent leaves them as they are, [] removes all.',
} as const;
