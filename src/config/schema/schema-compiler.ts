import { Ajv, type Options, type ValidateFunction } from 'ajv';
import { Ajv2020 } from 'ajv/dist/2020.js';

/**
 * Compiles a JSON Schema of draft 2020-12, or of draft 07 when its `$schema` says so; throws when it is none.
 * Formats are annotations, as 2020-12 has it: no two hosts agree on what they check.
 */
export function compileSchema(schema: Readonly<Record<string, unknown>>, options: Options = {}): ValidateFunction {
  const dialect = typeof schema.$schema === 'string' ? schema.$schema : '';
  const settings: Options = {
    allErrors: true,
    verbose: true,
    validateFormats: false,
    strictTypes: false,
    strictTuples: false,
    strictRequired: false,
    allowUnionTypes: true,
    logger: false,
    ...options,
  };
  if (/draft-0[67]\/schema/.test(dialect)) return new Ajv(settings).compile(schema);
  return new Ajv2020(settings).compile(schema);
}
