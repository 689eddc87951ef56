import { GrammarError } from './grammar-error.js';
import { readMessage, readText } from './read-protobuf.js';

/** A question of a client about itself, which Kubernetes has it ask by creating an object that is not stored. */
export interface AccessReview {
  readonly kind: string;
  /** The spec of one that came as protobuf, from its bytes. */
  decode(spec: Uint8Array): Readonly<Record<string, unknown>>;
  /** The status that answers what is asked for in `spec`. GrammarError when nothing is. */
  answer(spec: Readonly<Record<string, unknown>>): object;
}

const readVerbs: readonly string[] = ['get', 'list', 'watch'];
const reason = 'this server is read-only';

/** By group, version and resource. Whoever comes this far may read everything, and nobody may write. */
export const accessReviews: ReadonlyMap<string, AccessReview> = new Map([
  [
    'authorization.k8s.io/v1/selfsubjectaccessreviews',
    { kind: 'SelfSubjectAccessReview', decode: decodeAccess, answer: answerAccess },
  ],
  [
    'authorization.k8s.io/v1/selfsubjectrulesreviews',
    { kind: 'SelfSubjectRulesReview', decode: decodeRules, answer: answerRules },
  ],
]);

/** Members of the messages, in the order of their numbers. */
const resourceMembers = ['namespace', 'verb', 'group', 'version', 'resource', 'subresource', 'name'];
const otherMembers = ['path', 'verb'];

function decodeAccess(bytes: Uint8Array): Readonly<Record<string, unknown>> {
  const spec = readMessage(bytes);
  const resource = spec.get(1);
  const other = spec.get(2);
  return {
    ...(resource === undefined ? {} : { resourceAttributes: decodeTexts(resource, resourceMembers) }),
    ...(other === undefined ? {} : { nonResourceAttributes: decodeTexts(other, otherMembers) }),
  };
}

function decodeRules(bytes: Uint8Array): Readonly<Record<string, unknown>> {
  return decodeTexts(bytes, ['namespace']);
}

function decodeTexts(bytes: Uint8Array, names: readonly string[]): Readonly<Record<string, string>> {
  const fields = readMessage(bytes);
  const texts = names.map((name, index) => [name, readText(fields.get(index + 1))] as const);
  return Object.fromEntries(texts.filter(([, text]) => text !== ''));
}

function answerAccess(spec: Readonly<Record<string, unknown>>): object {
  const resource = attributes(spec.resourceAttributes);
  const other = attributes(spec.nonResourceAttributes);
  if ((resource === undefined) === (other === undefined)) {
    throw new GrammarError('exactly one of nonResourceAttributes or resourceAttributes must be specified');
  }
  const { verb } = resource ?? other ?? {};
  const verbs = resource === undefined ? ['get', 'head'] : readVerbs;
  return verbs.includes(String(verb)) ? { allowed: true } : { allowed: false, reason };
}

function answerRules(): object {
  return {
    resourceRules: [{ verbs: readVerbs, apiGroups: ['*'], resources: ['*'] }],
    nonResourceRules: [{ verbs: ['get', 'head'], nonResourceURLs: ['*'] }],
    incomplete: false,
  };
}

function attributes(value: unknown): Readonly<Record<string, unknown>> | undefined {
  return typeof value === 'object' && value !== null ? (value as Readonly<Record<string, unknown>>) : undefined;
}
