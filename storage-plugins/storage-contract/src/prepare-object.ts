import { isAscii, isUtf8 } from 'node:buffer';
import {
  type CompactWriter,
  createCompactWriter,
  finishWriter,
  writeByte,
  writeBytes,
  writeCompact,
  writeText,
} from './prepare/compact-writer.js';
import { InvalidObjectError } from './prepare/invalid-object-error.js';
import {
  type JsonInput,
  type MemberVisitor,
  skipJsonObject,
  skipJsonSpace,
  unexpected,
} from './prepare/json-scanner.js';
import { describeValue, type RawMetadata, readObjectMetadata, wrongMember } from './prepare/object-metadata.js';
import type { PreparedObject } from './stored-object.js';

export type { JsonInput, MemberVisitor } from './prepare/json-scanner.js';
export { maximumJsonDepth, skipJsonObject, skipJsonSpace, skipJsonValue } from './prepare/json-scanner.js';
export { InvalidObjectError };

export const clusterNameAnnotation = 'shadow.clusterpedia.io/cluster-name';
export const eventsAnnotation = 'shadow.clusterpedia.io/events';
export const lastAppliedAnnotation = 'kubectl.kubernetes.io/last-applied-configuration';
const defaultPrunes: PruneOptions = Object.freeze({ managedFields: true, annotations: [lastAppliedAnnotation] });

export interface PrepareOptions {
  readonly cluster: string;
  /** For items of a typed list, which carry neither; what an object says of itself comes first. */
  readonly apiVersion?: string;
  readonly kind?: string;
  /** What is left out; managedFields and kubectl's last-applied-configuration unless told. */
  readonly prunes?: PruneOptions;
}

export interface PruneOptions {
  readonly managedFields?: boolean;
  /** Keys of annotations. */
  readonly annotations?: readonly string[];
}

export interface PreparedWithKind extends PreparedObject {
  readonly apiVersion: string;
  readonly kind: string;
}

/**
 * The JSON bytes of one Kubernetes object, with any white space, to what a storage keeps. Throws InvalidObjectError for what is no
 * JSON, nests deeper than `maximumJsonDepth`, or is no object with apiVersion, kind, metadata and a name. Of members of the object
 * or its metadata that stand there twice the last one counts and the others go. The text of numbers and strings stays as it is.
 * `json` of the result shares no memory with the argument.
 */
export function prepareObject(json: Uint8Array, options: PrepareOptions): PreparedWithKind {
  const source = openSource(json);
  const prunes = options.prunes ?? defaultPrunes;
  const annotations = new MemberMap(source);
  const metadata = new MemberMap(source, { annotations });
  const members = new MemberMap(source, { metadata });
  scanObject(source, members);

  const apiVersion = typeMember(source, members, { name: 'apiVersion', otherwise: options.apiVersion });
  const kind = typeMember(source, members, { name: 'kind', otherwise: options.kind });
  const metadataMember = members.byName.get('metadata');
  if (metadataMember === undefined || source.input.bytes[metadataMember.valueStart] !== 0x7b) {
    throw wrongMember('metadata', 'an object', parseMember(source, metadataMember));
  }

  const cluster = JSON.stringify(options.cluster);
  const writer = createCompactWriter(
    source.input.bytes.length + 6 * (apiVersion.length + kind.length) + 3 * cluster.length + 256,
  );
  writeText(
    writer,
    `{"apiVersion":${JSON.stringify(apiVersion)},"kind":${JSON.stringify(kind)},"metadata":{"annotations":{"${clusterNameAnnotation}":${cluster}`,
  );
  if (checkAnnotations(source, metadata.byName.get('annotations'))) {
    writeMembers(writer, source, prunedAnnotations(source, annotations.byName, prunes));
  }
  writeText(writer, '}');
  metadata.byName.delete('annotations');
  if (prunes.managedFields) metadata.byName.delete('managedFields');
  writeMembers(writer, source, metadata.byName);
  writeText(writer, '}');
  const metadataEnd = writer.length;
  for (const name of ['apiVersion', 'kind', 'metadata']) members.byName.delete(name);
  writeMembers(writer, source, members.byName);
  writeText(writer, '}');

  return {
    apiVersion,
    kind,
    ...readObjectMetadata(parseMetadata(source, metadata.byName)),
    json: finishWriter(writer),
    metadataEnd,
  };
}

interface Source {
  readonly input: JsonInput & { readonly bytes: Buffer };
  /** The bytes as text where these are ASCII, so that offsets are the same. */
  readonly ascii: string | undefined;
}

/** A member of an object, the key span with its quotes. */
interface Member {
  readonly keyStart: number;
  readonly valueStart: number;
  readonly valueEnd: number;
  /** Whether the text of the key has escapes; then it is written plainly, for readers that compare bytes. */
  readonly escaped: boolean;
}

function openSource(json: Uint8Array): Source {
  const hasMark = json[0] === 0xef && json[1] === 0xbb && json[2] === 0xbf;
  const start = hasMark ? 3 : 0;
  const bytes =
    Buffer.isBuffer(json) && !hasMark
      ? json
      : Buffer.from(json.buffer, json.byteOffset + start, json.byteLength - start);
  const ascii = isAscii(bytes) ? bytes.toString('latin1') : undefined;
  if (ascii === undefined && !isUtf8(bytes)) throw new InvalidObjectError('expected UTF-8, found bytes that are none');
  return { input: { bytes, spaces: 0 }, ascii };
}

/** The members of an object in their order; of a name that stands there twice the last. */
class MemberMap implements MemberVisitor {
  readonly byName = new Map<string, Member>();
  private name = '';
  private keyStart = 0;
  private escaped = false;

  constructor(
    private readonly source: Source,
    private readonly within: { readonly [name: string]: MemberMap } = {},
  ) {}

  key(start: number, end: number): MemberMap | undefined {
    const raw = slice(this.source, start + 1, end - 1);
    this.keyStart = start;
    this.escaped = raw.includes('\\');
    this.name = this.escaped ? (JSON.parse(`"${raw}"`) as string) : raw;
    const within = Object.hasOwn(this.within, this.name) ? this.within[this.name] : undefined;
    within?.clear();
    return within;
  }

  value(valueStart: number, valueEnd: number): void {
    const { name, keyStart, escaped } = this;
    if (this.byName.has(name)) this.byName.delete(name);
    this.byName.set(name, { keyStart, valueStart, valueEnd, escaped });
  }

  private clear(): void {
    this.byName.clear();
    for (const within of Object.values(this.within)) within.clear();
  }
}

function scanObject({ input }: Source, members: MemberMap): void {
  const start = skipJsonSpace(input, 0);
  if (input.bytes[start] !== 0x7b) throw unexpected(input.bytes, start, 'an object ("{")');
  const end = skipJsonSpace(input, skipJsonObject(input, start, 1, members));
  if (end !== input.bytes.length) throw unexpected(input.bytes, end, 'nothing behind the object');
}

/** Not to be kept: it may hold on to the whole text. */
function slice({ input, ascii }: Source, start: number, end: number): string {
  return ascii === undefined ? input.bytes.toString('utf8', start, end) : ascii.substring(start, end);
}

function parseMember(source: Source, member: Member | undefined): unknown {
  return member === undefined ? undefined : JSON.parse(slice(source, member.valueStart, member.valueEnd));
}

function typeMember(
  source: Source,
  members: MemberMap,
  { name, otherwise }: { readonly name: string; readonly otherwise: string | undefined },
): string {
  const value = parseMember(source, members.byName.get(name)) ?? otherwise;
  const text = value === '' ? (otherwise ?? '') : value;
  if (typeof text !== 'string' || text === '') throw wrongMember(name, 'a non-empty string', value);
  return text;
}

function parseMetadata(source: Source, byName: ReadonlyMap<string, Member>): RawMetadata {
  return {
    name: parseMember(source, byName.get('name')),
    namespace: parseMember(source, byName.get('namespace')),
    uid: parseMember(source, byName.get('uid')),
    resourceVersion: parseMember(source, byName.get('resourceVersion')),
    creationTimestamp: parseMember(source, byName.get('creationTimestamp')),
    labels: parseMember(source, byName.get('labels')),
    ownerReferences: parseMember(source, byName.get('ownerReferences')),
  };
}

/** Whether there are annotations to keep. */
function checkAnnotations(source: Source, member: Member | undefined): boolean {
  const first = member === undefined ? undefined : source.input.bytes[member.valueStart];
  if (member === undefined || first === 0x6e) return false;
  if (first !== 0x7b) throw wrongMember('metadata.annotations', 'an object', parseMember(source, member));
  return true;
}

function prunedAnnotations(
  source: Source,
  byName: Map<string, Member>,
  { annotations }: PruneOptions,
): ReadonlyMap<string, Member> {
  byName.delete(clusterNameAnnotation);
  for (const name of annotations ?? []) byName.delete(name);
  for (const [name, annotation] of byName) {
    if (source.input.bytes[annotation.valueStart] === 0x22) continue;
    const found = parseMember(source, annotation);
    throw wrongMember(`metadata.annotations[${describeValue(name)}]`, 'a string', found);
  }
  return byName;
}

/** Writes the members, each behind a comma, neighbours in one copy. */
function writeMembers(writer: CompactWriter, source: Source, byName: ReadonlyMap<string, Member>): void {
  const { bytes, spaces } = source.input;
  let start = 0;
  let end = -1;
  for (const [name, member] of byName) {
    if (member.keyStart === end + 1 && spaces === 0 && !member.escaped) {
      end = member.valueEnd;
      continue;
    }
    writeSpan(writer, source, [start, end]);
    start = member.keyStart;
    end = member.valueEnd;
    if (member.escaped) {
      writeText(writer, `,${JSON.stringify(name)}:`);
      (spaces === 0 ? writeBytes : writeCompact)(writer, bytes, [member.valueStart, end]);
      end = -1;
    }
  }
  writeSpan(writer, source, [start, end]);
}

function writeSpan(writer: CompactWriter, { input }: Source, span: readonly [number, number]): void {
  if (span[1] < 0) return;
  writeByte(writer, 0x2c);
  if (input.spaces === 0) writeBytes(writer, input.bytes, span);
  else writeCompact(writer, input.bytes, span);
}
