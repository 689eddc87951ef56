import { age, nameOf } from './age.js';
import { ageColumn, column, nameColumn } from './column.js';
import type { Printer } from './printer.js';
import { textAt } from './read-fields.js';

export const leasePrinter: Printer = {
  columns: [
    nameColumn,
    column(
      'Holder',
      'holderIdentity contains the identity of the holder of a current lease. If Coordinated Leader Election is used, the holder identity must be equal to the elected LeaseCandidate.metadata.name field.',
    ),
    ageColumn,
  ],
  fields: ['spec.holderIdentity'],
  cells: (lease) => [nameOf(lease), textAt(lease, 'spec', 'holderIdentity'), age(lease)],
};

export const leaseCandidatePrinter: Printer = {
  columns: [
    nameColumn,
    column(
      'LeaseName',
      'LeaseName is the name of the lease for which this candidate is contending. This field is immutable.',
    ),
    column('BinaryVersion', ''),
    column('EmulationVersion', ''),
    ageColumn,
  ],
  fields: ['spec.binaryVersion', 'spec.emulationVersion', 'spec.leaseName'],
  cells: (candidate) => [
    nameOf(candidate),
    textAt(candidate, 'spec', 'leaseName'),
    textAt(candidate, 'spec', 'binaryVersion'),
    textAt(candidate, 'spec', 'emulationVersion'),
    age(candidate),
  ],
};
