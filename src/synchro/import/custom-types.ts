import type { PrinterColumn, ResourceInventory } from '@clusterdex/storage-contract';

/** The kinds that CustomResourceDefinitions bring, by group and kind. */
export class CustomTypes {
  private readonly definitions = new Map<string, Definition>();

  /** `crd` is a CustomResourceDefinition, parsed; one that is incomplete brings nothing. */
  add(crd: unknown): void {
    const definition = readDefinition(crd);
    if (definition !== undefined) this.definitions.set(`${definition.group}/${definition.kind}`, definition);
  }

  find(group: string, version: string, kind: string): ResourceInventory | undefined {
    const definition = this.definitions.get(`${group}/${kind}`);
    return definition && inventoryOf(definition, version);
  }

  get size(): number {
    return this.definitions.size;
  }
}

interface Definition {
  readonly group: string;
  readonly kind: string;
  readonly resource: string;
  readonly singularName: string;
  readonly namespaced: boolean;
  readonly shortNames: readonly string[];
  readonly categories: readonly string[];
  readonly columns: (version: string) => readonly PrinterColumn[];
  readonly fields: (version: string) => readonly string[];
}

function inventoryOf(definition: Definition, version: string): ResourceInventory {
  const { columns, fields, shortNames, categories, ...type } = definition;
  const printerColumns = columns(version);
  const selectableFields = fields(version);
  return Object.freeze({
    ...type,
    version,
    ...(shortNames.length > 0 ? { shortNames } : {}),
    ...(categories.length > 0 ? { categories } : {}),
    printerColumns,
    ...(selectableFields.length > 0 ? { selectableFields } : {}),
  });
}

function readDefinition(crd: unknown): Definition | undefined {
  const spec = record(record(crd)?.spec);
  const names = record(spec?.names);
  const group = text(spec?.group);
  const kind = text(names?.kind);
  const resource = text(names?.plural);
  if (spec === undefined || names === undefined || group === '' || kind === '' || resource === '') return undefined;
  const versions = list(spec.versions).map(record);
  // Before v1 all versions could share their columns.
  const shared = spec.additionalPrinterColumns;
  const find = (version: string) => versions.find((candidate) => candidate?.name === version);
  return {
    group,
    kind,
    resource,
    singularName: text(names.singular) || kind.toLowerCase(),
    namespaced: spec.scope === 'Namespaced',
    shortNames: list(names.shortNames).map(text).filter(Boolean),
    categories: list(names.categories).map(text).filter(Boolean),
    columns: (version) => {
      const own = find(version)?.additionalPrinterColumns;
      return list(own ?? shared).flatMap((column) => readColumn(record(column)));
    },
    fields: (version) =>
      list(find(version)?.selectableFields)
        .map((field) => text(record(field)?.jsonPath))
        .filter(Boolean),
  };
}

function readColumn(column: Record<string, unknown> | undefined): PrinterColumn[] {
  const name = text(column?.name);
  const jsonPath = text(column?.jsonPath ?? column?.JSONPath);
  if (column === undefined || name === '' || jsonPath === '') return [];
  const format = text(column.format);
  const description = text(column.description);
  const { priority } = column;
  return [
    {
      name,
      type: text(column.type) || 'string',
      jsonPath,
      ...(format === '' ? {} : { format }),
      ...(description === '' ? {} : { description }),
      ...(typeof priority === 'number' ? { priority } : {}),
    },
  ];
}

function record(value: unknown): Record<string, unknown> | undefined {
  return typeof value === 'object' && value !== null && !Array.isArray(value)
    ? (value as Record<string, unknown>)
    : undefined;
}

function list(value: unknown): readonly unknown[] {
  return Array.isArray(value) ? value : [];
}

function text(value: unknown): string {
  return typeof value === 'string' ? value : '';
}
