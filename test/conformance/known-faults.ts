import { conformanceTopics } from '@clusterdex/storage-contract/conformance';
import { type Fault, mutants } from './mutants.js';
import { randomMutants } from './random-mutants.js';
import { storeMutants } from './store-mutants.js';
import { watchMutants } from './watch-mutants.js';

/** What backends were seen to do wrong, and the cases of the kit that find it. */
export interface KnownFault {
  readonly known: string;
  readonly foundBy: readonly string[];
}

export const knownFaults: readonly KnownFault[] = [
  {
    known: 'a list scoped to one cluster or namespace returns objects of others',
    foundBy: ['a list of one cluster holds nothing of others', 'a list of one namespace holds nothing of others'],
  },
  {
    known: 'the same name in two clusters or namespaces shows once',
    foundBy: ['the same name in two clusters or namespaces is listed for each'],
  },
  {
    known: 'limit, order, names, owner or continue are silently ignored',
    foundBy: [
      'a limit is honoured',
      'by name, descending',
      'clusters, namespaces and names combine with AND',
      'by uid of the owner',
      'pages in the default order are the list, each object once',
    ],
  },
  {
    known: 'a field selector with in, exists or not-exists is silently dropped or inverted',
    foundBy: [
      'a field equals a text, by case; notIn is the opposite',
      'a field exists unless it is absent or null; notExists is the opposite',
    ],
  },
  {
    known: 'a list without limit is silently cut at the window of the backend',
    foundBy: ['a list of more than 10,000 objects is not cut'],
  },
  {
    known: '% and _ in a fuzzy name act as wildcards',
    foundBy: ['an underscore in a fuzzy name is no wildcard'],
  },
  {
    known: 'several fuzzy values combine with AND where OR is meant',
    foundBy: ['several fuzzy names combine with OR'],
  },
  {
    known: 'offset continue tokens repeat or skip while objects come and go',
    foundBy: ['continue neither repeats nor skips under churn, in the default order'],
  },
  { known: 'a field selector over a list field is refused', foundBy: ['a field over a list matches any element'] },
  {
    known: 'two components that start at once on an empty database crash on the migration',
    foundBy: ['two that open an empty store at once share it'],
  },
  // Its mutant would have to be slow, and so would be every run of the tests.
  {
    known: 'one request for each object that is written',
    foundBy: ['a batch of 5,000 objects is written in few round trips'],
  },
];

/** Every fault that a mutant has, one after the other with its case. */
export const faults: readonly Fault[] = [...storeMutants, ...mutants, ...watchMutants, ...randomMutants];

/** The names of the kit's cases, in their order. */
export const topics = conformanceTopics.map(({ topic, cases }) => ({ topic, names: cases.map(({ name }) => name) }));
