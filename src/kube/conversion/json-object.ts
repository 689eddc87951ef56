/** A parsed object of Kubernetes, or a part of one. */
export type JsonObject = Readonly<Record<string, unknown>>;

export function asObject(value: unknown): JsonObject | undefined {
  return typeof value === 'object' && value !== null && !Array.isArray(value) ? (value as JsonObject) : undefined;
}

export function asList(value: unknown): readonly unknown[] {
  return Array.isArray(value) ? value : [];
}

/** A copy without the members that are undefined. */
export function compact(object: JsonObject): JsonObject {
  return Object.fromEntries(Object.entries(object).filter(([, value]) => value !== undefined));
}

/** A copy whose member is replaced in its place; one that is not there, or undefined, is left alone. */
export function mapMember(object: JsonObject, name: string, map: (value: JsonObject) => JsonObject): JsonObject {
  const member = asObject(object[name]);
  return member === undefined ? object : { ...object, [name]: map(member) };
}

/** As mapMember, for each element of a list that is an object. */
export function mapElements(object: JsonObject, name: string, map: (value: JsonObject) => JsonObject): JsonObject {
  const member = object[name];
  if (!Array.isArray(member)) return object;
  return {
    ...object,
    [name]: member.map((element: unknown) => {
      const value = asObject(element);
      return value === undefined ? element : map(value);
    }),
  };
}
