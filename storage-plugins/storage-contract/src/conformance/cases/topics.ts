import type { ConformanceTopic } from '../conformance-case.js';
import { abortCases } from './abort.js';
import { churnCases } from './churn.js';
import { cleanCases } from './clean.js';
import { collectionCases } from './collections.js';
import { combinationCases } from './combinations.js';
import { concurrencyCases } from './concurrency.js';
import { differentialCases } from './differential.js';
import { durabilityCases } from './durability.js';
import { eventCases } from './events.js';
import { explainCases } from './explain.js';
import { fieldCases } from './fields.js';
import { fullTextCases } from './full-text.js';
import { fuzzyNameCases } from './fuzzy-names.js';
import { getCases } from './get.js';
import { inventoryCases } from './inventories.js';
import { isolationCases } from './isolation.js';
import { labelCases } from './labels.js';
import { longListCases } from './long-lists.js';
import { nameCases } from './names.js';
import { oddObjectCases } from './odd-objects.js';
import { orderCases } from './order.js';
import { ownerCases } from './owners.js';
import { pagingCases } from './paging.js';
import { projectionCases } from './projection.js';
import { refusalCases } from './refusals.js';
import { resourceVersionCases } from './resource-versions.js';
import { rowCases } from './rows.js';
import { shutdownCases } from './shutdown.js';
import { timeCases } from './times.js';
import { watchCases } from './watch.js';
import { watchSoakCases } from './watch-soak.js';
import { writeCases } from './write.js';

/** The kit, in the order in which it runs: what fails first is the likely cause of what fails behind it. */
export const conformanceTopics: readonly ConformanceTopic[] = [
  { topic: 'isolation', cases: isolationCases },
  { topic: 'get', cases: getCases },
  { topic: 'write', cases: writeCases },
  { topic: 'clusters, namespaces, names', cases: nameCases },
  { topic: 'fuzzy names', cases: fuzzyNameCases },
  { topic: 'labels', cases: labelCases },
  { topic: 'fields', cases: fieldCases },
  { topic: 'full text', cases: fullTextCases },
  { topic: 'since and before', cases: timeCases },
  { topic: 'owners', cases: ownerCases },
  { topic: 'order', cases: orderCases },
  { topic: 'paging', cases: pagingCases },
  { topic: 'paging while objects come and go', cases: churnCases },
  { topic: 'projection', cases: projectionCases },
  { topic: 'rows of Tables', cases: rowCases },
  { topic: 'collection resources', cases: collectionCases },
  { topic: 'explain', cases: explainCases },
  { topic: 'events', cases: eventCases },
  { topic: 'combinations', cases: combinationCases },
  { topic: 'odd objects', cases: oddObjectCases },
  { topic: 'long lists', cases: longListCases },
  { topic: 'cleaning', cases: cleanCases },
  { topic: 'inventories', cases: inventoryCases },
  { topic: 'resource versions', cases: resourceVersionCases },
  { topic: 'concurrency', cases: concurrencyCases },
  { topic: 'watch', cases: [...watchCases, ...watchSoakCases] },
  { topic: 'what is not supported', cases: refusalCases },
  { topic: 'abort', cases: abortCases },
  { topic: 'durability', cases: durabilityCases },
  { topic: 'health and shutdown', cases: shutdownCases },
  { topic: 'beside the reference storage', cases: differentialCases },
];
