/** Tests run on the compiled output, in bare Node: plugins are loaded by Node's own import(), not by a test runner's. */
export default {
  runner: 'jest-light-runner',
  setupFiles: ['<rootDir>/jest.globals.js'],
  testMatch: ['<rootDir>/dist/test/**/*.test.js', '<rootDir>/storage-plugins/*/dist/test/**/*.test.js'],
  testPathIgnorePatterns: ['/node_modules/', '/fixtures/'],
  // What a plugin's image is built of has the name of the plugin.
  modulePathIgnorePatterns: ['/fixtures/', '/storage-plugins/[^/]+/build/'],
  watchman: false,
  // Most tests wait for a server.
  maxWorkers: 2,
};
