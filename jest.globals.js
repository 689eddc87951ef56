import { register } from 'node:module';

/**
 * The test runner sets describe, expect, it and the rest as globals only; this makes `import { ... } from '@jest/globals'`, which
 * carries their types, mean these same globals.
 */
const globals = moduleUrl(
  'export const { afterAll, afterEach, beforeAll, beforeEach, describe, expect, it, jest, test } = globalThis;',
);

register(
  moduleUrl(`export function resolve(specifier, context, next) {
    return specifier === '@jest/globals' ? { url: ${JSON.stringify(globals)}, shortCircuit: true } : next(specifier, context);
  }`),
);

function moduleUrl(source) {
  return `data:text/javascript,${encodeURIComponent(source)}`;
}
