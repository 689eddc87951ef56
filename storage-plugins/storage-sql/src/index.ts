export * from './compile-list.js';
export * from './dialect.js';
export * from './label-condition.js';
export * from './order.js';
export * from './owner-condition.js';
export * from './position.js';
export * from './sql.js';
