/** Schemas by name, as text: they are looked up, followed and copied, and never all parsed. */
export interface SchemaLibrary {
  /** gitVersion of the Kubernetes that they are of. */
  readonly version: string;
  /** The name of the schema of a kind. */
  nameOf(group: string, version: string, kind: string): string | undefined;
  /** JSON. */
  text(name: string): string | undefined;
}

/** Reads what hack/update-openapi.mjs writes. */
export function parseSchemaLibrary(text: string): SchemaLibrary {
  const [first = '', ...lines] = text.split('\n');
  const header: { readonly kubernetes: string; readonly types: Readonly<Record<string, string>> } = JSON.parse(first);
  const names = new Map(Object.entries(header.types));
  const schemas = new Map<string, string>();
  for (const line of lines) {
    const space = line.indexOf(' ');
    schemas.set(line.slice(0, space), line.slice(space + 1));
  }
  return {
    version: header.kubernetes,
    nameOf: (group, version, kind) => names.get(`${group}/${version}/${kind}`),
    text: (name) => schemas.get(name),
  };
}
