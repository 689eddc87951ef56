const manyDigits = /\d{16}/;
const stringOrInteger = /"(?:[^"\\]|\\.)*"|-?\d{16,}(?![\d.eE])/g;
const mark = 'integer of 64 bits';
const smallest = -(2n ** 63n);
const largest = 2n ** 63n - 1n;

/**
 * JSON.parse, but for integers of 64 bits that a number does not hold exactly: these become bigints. Larger ones are numbers, as a
 * kube-apiserver takes them for floating point. `json` is valid.
 */
export function parseExactJson(json: string): unknown {
  if (!manyDigits.test(json)) return JSON.parse(json);
  let found = false;
  const marked = json.replace(stringOrInteger, (token) => {
    if (token.startsWith('"') || !isLarge(token)) return token;
    found = true;
    return `{"${mark}":"${token}"}`;
  });
  return found ? JSON.parse(marked, unmark) : JSON.parse(json);
}

function isLarge(digits: string): boolean {
  if (Number.isSafeInteger(Number(digits))) return false;
  const integer = BigInt(digits);
  return integer >= smallest && integer <= largest;
}

function unmark(_name: string, value: unknown): unknown {
  if (typeof value !== 'object' || value === null || !Object.hasOwn(value, mark)) return value;
  const digits = (value as Readonly<Record<string, unknown>>)[mark];
  return typeof digits === 'string' && /^-?\d+$/.test(digits) ? BigInt(digits) : value;
}
