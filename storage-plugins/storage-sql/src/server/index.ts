export * from './connection/index.js';
export * from './selected.js';
export * from './selection.js';
export * from './server-storage.js';
export * from './server-storage-factory.js';
export * from './sql-backend.js';
export * from './values.js';
export * from './word-backend.js';
