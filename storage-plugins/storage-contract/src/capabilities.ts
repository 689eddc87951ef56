/**
 * What a storage can do, as plain data: complete, cloneable, the same before and after open. `question` is what a `true` answers
 * yes to; `otherwise` says what the host does when the answer is no: `host` does it over streamed results, at a scan's price;
 * `refuse` answers NOT_SUPPORTED, naming the capability.
 */
export const capabilityQuestions = {
  watch: { question: 'Does it deliver changes after a revision, in order per cluster?', otherwise: 'refuse' },
  labelSelector: { question: 'Does list honour labelSelector?', otherwise: 'host' },
  fieldSelector: { question: 'Does list honour fieldSelector on any path, lists included?', otherwise: 'host' },
  ownerSearch: { question: 'Does list honour owner?', otherwise: 'refuse' },
  fuzzyName: { question: 'Does list honour fuzzyNames?', otherwise: 'host' },
  orderBy: { question: 'Does list honour orderBy, columns and field paths?', otherwise: 'host' },
  continueToken: {
    question: 'Does list page by keyset: limit, start.after, start.offset and continue?',
    otherwise: 'host',
  },
  remainingItemCount: { question: 'Does list count what remains?', otherwise: 'host' },
  onlyMetadata: { question: 'Does list reduce objects to their metadata?', otherwise: 'host' },
  rows: { question: 'Does it keep the rows of objects, and does list honour withRows?', otherwise: 'host' },
  collectionResources: { question: 'Does it list several resource types at once?', otherwise: 'refuse' },
  events: { question: 'Does it attach events to the objects that they involve?', otherwise: 'refuse' },
  fullText: { question: 'Does list honour fullText?', otherwise: 'host' },
  rawQuery: { question: 'Does list honour rawQuery?', otherwise: 'refuse' },
  explain: {
    question: 'Does it say how it would answer a list: what an index answers, and what a scan?',
    otherwise: 'refuse',
  },
  history: { question: 'Can it read the past?', otherwise: 'refuse' },
  durable: { question: 'Does what is written outlive the process?', otherwise: 'refuse' },
  multiProcess: { question: 'May several processes use the same data at once?', otherwise: 'refuse' },
  keyValue: { question: 'Does it keep settings for the host?', otherwise: 'host' },
} as const satisfies Record<string, { question: string; otherwise: 'host' | 'refuse' }>;

export type CapabilityName = keyof typeof capabilityQuestions;

/**
 * What a plugin does beside storing. A capability that is absent is false; one that is true implies the member of the same name of what
 * createStorageFactory resolves to, but `state`, which costs the host something and implies none.
 */
export const extensionQuestions = {
  routes: { question: 'Does it answer HTTP requests below its own path?' },
  commands: { question: 'Does it have commands for operators?' },
  notify: { question: 'Does it want to be told what changed, and what came of the commands that it sent?' },
  serve: { question: 'Does it have work of its own that runs until the server ends?' },
  standby: {
    question: 'Does it stand by in processes that do not hold the lease of the writer, with a part for that?',
  },
  interfaces: { question: 'Does it have interfaces that are asked for by name?' },
  steps: { question: 'Does it take part in transactions, or have its own?' },
  state: { question: 'Does it read counters of the past? The host samples them only then.' },
} as const satisfies Record<string, { question: string }>;

export type ExtensionName = keyof typeof extensionQuestions;
export type Capabilities = Readonly<Record<CapabilityName, boolean>> &
  Readonly<Partial<Record<ExtensionName, boolean>>>;
