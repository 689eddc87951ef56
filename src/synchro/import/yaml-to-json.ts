import {
  type Document,
  isAlias,
  isMap,
  isScalar,
  isSeq,
  type Node,
  type Pair,
  parseDocument,
  type Scalar,
  type YAMLMap,
} from 'yaml';

const jsonNumber = /^-?(?:0|[1-9]\d*)(?:\.\d+)?(?:[eE][+-]?\d+)?$/;
const maximumLength = 64 << 20;

/** A document that cannot become JSON; the message says what was expected and what was found. */
export class YamlError extends Error {
  override readonly name = 'YamlError';
}

/**
 * One YAML 1.2 document (core schema, so times and the like stay strings) as JSON text; undefined for an empty one. Numbers keep
 * their text where JSON can write it. Of keys that stand there twice the last one counts, as kubectl reads them.
 */
export function yamlToJson(text: string): string | undefined {
  const document = parseDocument(text, {
    version: '1.2',
    schema: 'core',
    uniqueKeys: false,
    intAsBigInt: true,
    merge: true,
  });
  const [error] = document.errors;
  if (error !== undefined) throw new YamlError(`no YAML: ${error.message.split('\n')[0]}`);
  if (document.contents === null || (isScalar(document.contents) && document.contents.value === null)) return undefined;
  return new JsonEmitter(document).emit();
}

class JsonEmitter {
  private readonly resolving = new Set<Node>();
  private readonly resolved = new Map<Node, string>();

  constructor(private readonly document: Document) {}

  emit(): string {
    return this.value(this.document.contents);
  }

  private value(node: unknown): string {
    if (isAlias(node)) return this.alias(node.resolve(this.document), node.source);
    if (isMap(node)) return this.map(node);
    if (isSeq(node)) return this.grow(`[${node.items.map((item) => this.value(item)).join()}]`);
    if (isScalar(node)) return this.grow(this.scalar(node));
    return 'null';
  }

  /** Aliases can say in a line what would take gigabytes. */
  private grow(text: string): string {
    if (text.length > maximumLength) {
      throw new YamlError(`expected an object of at most ${maximumLength >> 20} MiB, found more behind its aliases`);
    }
    return text;
  }

  private alias(target: Node | undefined, name: string): string {
    if (target === undefined)
      throw new YamlError(`expected an anchor &${name} for the alias *${name}, found none before it`);
    if (this.resolving.has(target)) {
      throw new YamlError(`expected a tree, found the alias *${name} within its own anchor`);
    }
    const earlier = this.resolved.get(target);
    if (earlier !== undefined) return earlier;
    this.resolving.add(target);
    const text = this.value(target);
    this.resolving.delete(target);
    this.resolved.set(target, text);
    return text;
  }

  private map(map: YAMLMap): string {
    const members = new Map<string, string>();
    for (const pair of map.items) {
      if (isMergeKey(pair)) this.merge(pair.value, members);
    }
    for (const pair of map.items) {
      if (!isMergeKey(pair)) members.set(this.key(pair.key), this.value(pair.value));
    }
    return this.grow(`{${[...members].map(([key, value]) => `${JSON.stringify(key)}:${value}`).join()}}`);
  }

  private merge(source: unknown, members: Map<string, string>): void {
    const target = isAlias(source) ? source.resolve(this.document) : source;
    if (isSeq(target)) {
      for (const item of target.items) this.merge(item, members);
    } else if (isMap(target)) {
      for (const pair of target.items) {
        const key = this.key(pair.key);
        if (!members.has(key)) members.set(key, this.value(pair.value));
      }
    } else {
      throw new YamlError('expected a mapping behind the merge key <<, found none');
    }
  }

  private key(key: unknown): string {
    const node = isAlias(key) ? key.resolve(this.document) : key;
    if (!isScalar(node)) throw new YamlError('expected text as the key of a mapping, found a list or a mapping');
    return typeof node.value === 'string' ? node.value : (node.source ?? String(node.value));
  }

  private scalar({ value, source }: Scalar): string {
    if (typeof value === 'string') return JSON.stringify(value);
    if (typeof value === 'bigint' || typeof value === 'number') {
      if (source !== undefined && jsonNumber.test(source)) return source;
      if (typeof value === 'number' && !Number.isFinite(value)) {
        throw new YamlError(`expected a number that JSON can write, found ${source ?? value}`);
      }
      return String(value);
    }
    return JSON.stringify(value ?? null);
  }
}

function isMergeKey(pair: Pair): boolean {
  return isScalar(pair.key) && pair.key.source === '<<' && (pair.key.type === undefined || pair.key.type === 'PLAIN');
}
