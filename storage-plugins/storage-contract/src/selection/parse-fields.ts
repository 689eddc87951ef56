/** Where an integer may stand that a double does not hold exactly; inside a string it may be a false alarm. */
const mayNeedExactness = /[:[,]-?[0-9]{16}/;

const stringOrInteger = /"(?:[^"\\]|\\.)*"|-?[0-9]+(?:[.eE][0-9.eE+-]+)?/g;

/** Starts the strings that stand for integers while JSON.parse runs; a private-use character that no selector finds by chance. */
const mark = '\uf8ff';

/** As JSON.parse, but integers beyond the safe range become bigint, so that their text is what the object says. */
export function parseFields(json: string): unknown {
  if (!mayNeedExactness.test(json)) return JSON.parse(json);
  let marked = false;
  const text = json.replace(stringOrInteger, (token) => {
    if (token.startsWith('"') || !/^-?[0-9]{16,}$/.test(token) || Number.isSafeInteger(Number(token))) return token;
    marked = true;
    return `"${mark}${token}"`;
  });
  return marked ? JSON.parse(text, restore) : JSON.parse(json);
}

function restore(_key: string, value: unknown): unknown {
  return typeof value === 'string' && /^\uf8ff-?[0-9]{16,}$/.test(value) ? BigInt(value.slice(1)) : value;
}
