/** Tests run on the compiled output, in bare Node: plugins are loaded by Node's own import(), not by a test runner's. */
export default {
  runner: 'jest-light-runner',
  // Most tests wait for servers most of the time: none of the processors is kept free.
  maxWorkers: '100%',
  setupFiles: ['<rootDir>/jest.globals.js'],
  testMatch: ['<rootDir>/dist/test/**/*.test.js', '<rootDir>/storage-plugins/*/dist/test/**/*.test.js'],
  testPathIgnorePatterns: ['/node_modules/', '/fixtures/'],
  modulePathIgnorePatterns: ['/fixtures/'],
  watchman: false,
};
