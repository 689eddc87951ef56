type Schema = Readonly<Record<string, unknown>>;
type Config = Record<string, unknown>;

/**
 * Lays `key=value` settings over a config, in their order; dots lead into nested objects. A value takes the type that the schema
 * has for its key. Violations carry no values, because a setting may be a secret.
 */
export function applySettings(
  config: Readonly<Config>,
  settings: readonly string[],
  schema: Schema,
): { config: Config; violations: string[] } {
  const result = structuredClone(config) as Config;
  const violations: string[] = [];
  for (const [index, setting] of settings.entries()) {
    const equals = setting.indexOf('=');
    if (equals <= 0) violations.push(`setting ${index + 1} of ${settings.length}: must look like key=value`);
    else {
      const violation = apply(result, setting.slice(0, equals), { text: setting.slice(equals + 1), schema });
      if (violation !== undefined) violations.push(violation);
    }
  }
  return { config: result, violations };
}

function apply(config: Config, key: string, { text, schema }: { text: string; schema: Schema }): string | undefined {
  const segments = key.split('.');
  if (segments.some((segment) => segment === '' || segment === '__proto__')) return `/${key}: is no key`;
  let target = config;
  let rules: Schema | undefined = schema;
  const last = segments.pop() ?? '';
  for (const [depth, segment] of segments.entries()) {
    rules = memberSchema(rules, segment, schema);
    const inner = Object.hasOwn(target, segment) ? target[segment] : undefined;
    if (inner === undefined) target[segment] = {};
    else if (!isObject(inner))
      return `/${segments.slice(0, depth + 1).join('/')}: is no object, so ${key} cannot be set`;
    target = target[segment] as Config;
  }
  target[last] = coerce(text, memberSchema(rules, last, schema), schema);
  return undefined;
}

/** The text as the schema's type; the text itself when it does not look like one, so that validation names what is wrong. */
function coerce(text: string, rules: Schema | undefined, root: Schema): unknown {
  for (const type of typesOf(rules, root)) {
    const value = coerceTo(type, text, { rules, root });
    if (value !== undefined) return value;
  }
  return text;
}

function coerceTo(type: string, text: string, { rules, root }: { rules: Schema | undefined; root: Schema }): unknown {
  switch (type) {
    case 'boolean':
      return text === 'true' ? true : text === 'false' ? false : undefined;
    case 'integer':
    case 'number':
      return text.trim() !== '' && Number.isFinite(Number(text)) ? Number(text) : undefined;
    case 'null':
      return text === 'null' ? null : undefined;
    case 'array': {
      const parsed = parseJson(text);
      if (Array.isArray(parsed)) return parsed;
      const items = deref(rules, root)?.items;
      return text.split(',').map((item) => coerce(item, isObject(items) ? items : undefined, root));
    }
    case 'object': {
      const parsed = parseJson(text);
      return isObject(parsed) ? parsed : undefined;
    }
    default:
      return undefined;
  }
}

/** In the order in which they are tried: what is most particular first; text fits always. */
const typeOrder = ['null', 'boolean', 'integer', 'number', 'object', 'array', 'string'];

function typesOf(rules: Schema | undefined, root: Schema): string[] {
  const found = new Set<string>();
  collectTypes(deref(rules, root), root, found);
  return typeOrder.filter((type) => found.has(type) && !(type === 'array' && found.has('string')));
}

function collectTypes(rules: Schema | undefined, root: Schema, found: Set<string>): void {
  if (rules === undefined) return;
  for (const type of [rules.type].flat()) if (typeof type === 'string') found.add(type);
  for (const value of 'const' in rules ? [rules.const] : Array.isArray(rules.enum) ? rules.enum : []) {
    found.add(value === null ? 'null' : typeof value);
  }
  for (const branches of [rules.anyOf, rules.oneOf, rules.allOf]) {
    if (!Array.isArray(branches)) continue;
    for (const branch of branches)
      if (isObject(branch) && branch !== rules) collectTypes(deref(branch, root), root, found);
  }
}

function memberSchema(rules: Schema | undefined, key: string, root: Schema): Schema | undefined {
  const own = deref(rules, root);
  if (own === undefined) return undefined;
  const { properties, additionalProperties } = own;
  if (isObject(properties) && Object.hasOwn(properties, key)) {
    const member = properties[key];
    return isObject(member) ? member : undefined;
  }
  for (const branches of [own.anyOf, own.oneOf, own.allOf]) {
    if (!Array.isArray(branches)) continue;
    for (const branch of branches) {
      const member = isObject(branch) ? memberSchema(branch, key, root) : undefined;
      if (member !== undefined) return member;
    }
  }
  return isObject(additionalProperties) ? additionalProperties : undefined;
}

/** Follows `$ref`s within the schema; a circle of them ends. */
function deref(rules: Schema | undefined, root: Schema): Schema | undefined {
  let current = rules;
  for (let hops = 0; hops < 16 && typeof current?.$ref === 'string'; hops++) {
    if (!current.$ref.startsWith('#')) return undefined;
    let target: unknown = root;
    for (const step of current.$ref.slice(1).split('/').slice(1)) {
      const key = decodeURIComponent(step).replaceAll('~1', '/').replaceAll('~0', '~');
      target = isObject(target) && Object.hasOwn(target, key) ? target[key] : undefined;
    }
    current = isObject(target) ? target : undefined;
  }
  return current;
}

function parseJson(text: string): unknown {
  if (!/^\s*[[{]/.test(text)) return undefined;
  try {
    return JSON.parse(text);
  } catch {
    return undefined;
  }
}

function isObject(value: unknown): value is Config {
  return typeof value === 'object' && value !== null && !Array.isArray(value);
}
