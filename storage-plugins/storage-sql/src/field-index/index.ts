export * from './explain-conditions.js';
export * from './field-declaration.js';
export * from './field-indexes-schema.js';
export * from './field-labels.js';
export * from './stale-field-indexes.js';
export * from './use-field-indexes.js';
