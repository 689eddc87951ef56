import { age, nameOf } from './age.js';
import { ageColumn, column, nameColumn } from './column.js';
import type { Fields, Printer } from './printer.js';
import { fieldAt, optionalTextAt, textAt, textsAt } from './read-fields.js';

const classAnnotation = 'volume.beta.kubernetes.io/storage-class';
const accessModes = [
  ['ReadWriteOnce', 'RWO'],
  ['ReadOnlyMany', 'ROX'],
  ['ReadWriteMany', 'RWX'],
  ['ReadWriteOncePod', 'RWOP'],
] as const;

export const persistentVolumePrinter: Printer = {
  columns: [
    nameColumn,
    column(
      'Capacity',
      "capacity is the description of the persistent volume's resources and capacity. More info: https://kubernetes.io/docs/concepts/storage/persistent-volumes#capacity",
    ),
    column(
      'Access Modes',
      'accessModes contains all ways the volume can be mounted. More info: https://kubernetes.io/docs/concepts/storage/persistent-volumes#access-modes',
    ),
    column(
      'Reclaim Policy',
      'persistentVolumeReclaimPolicy defines what happens to a persistent volume when released from its claim. Valid options are Retain (default for manually created PersistentVolumes), Delete (default for dynamically provisioned PersistentVolumes), and Recycle (deprecated). Recycle must be supported by the volume plugin underlying this PersistentVolume. More info: https://kubernetes.io/docs/concepts/storage/persistent-volumes#reclaiming',
    ),
    column(
      'Status',
      'phase indicates if a volume is available, bound to a claim, or released by a claim. More info: https://kubernetes.io/docs/concepts/storage/persistent-volumes#phase',
    ),
    column(
      'Claim',
      'claimRef is part of a bi-directional binding between PersistentVolume and PersistentVolumeClaim. Expected to be non-nil when bound. claim.VolumeName is the authoritative bind between PV and PVC. More info: https://kubernetes.io/docs/concepts/storage/persistent-volumes#binding',
    ),
    column('StorageClass', 'StorageClass of the pv'),
    column('VolumeAttributesClass', 'VolumeAttributesClass of the pv'),
    column(
      'Reason',
      'reason is a brief CamelCase string that describes any failure and is meant for machine parsing and tidy display in the CLI.',
    ),
    ageColumn,
    column(
      'VolumeMode',
      'volumeMode defines if a volume is intended to be used with a formatted filesystem or to remain in raw block state. Value of Filesystem is implied when not included in spec.',
      { priority: 1 },
    ),
  ],
  fields: [
    'metadata.annotations',
    'metadata.deletionTimestamp',
    'spec.accessModes',
    'spec.capacity.storage',
    'spec.claimRef.name',
    'spec.claimRef.namespace',
    'spec.persistentVolumeReclaimPolicy',
    'spec.storageClassName',
    'spec.volumeAttributesClassName',
    'spec.volumeMode',
    'status.phase',
    'status.reason',
  ],
  cells: (volume) => [
    nameOf(volume),
    storageQuantity(fieldAt(volume, 'spec', 'capacity', 'storage')),
    accessModesText(textsAt(volume, 'spec', 'accessModes')),
    textAt(volume, 'spec', 'persistentVolumeReclaimPolicy'),
    phase(volume),
    claim(volume),
    storageClass(volume),
    optionalTextAt(volume, 'spec', 'volumeAttributesClassName') ?? '<unset>',
    textAt(volume, 'status', 'reason'),
    age(volume),
    optionalTextAt(volume, 'spec', 'volumeMode') ?? '<unset>',
  ],
};

export const persistentVolumeClaimPrinter: Printer = {
  columns: [
    nameColumn,
    column('Status', 'phase represents the current phase of PersistentVolumeClaim.'),
    column('Volume', 'volumeName is the binding reference to the PersistentVolume backing this claim.'),
    column('Capacity', 'capacity represents the actual resources of the underlying volume.'),
    column(
      'Access Modes',
      'accessModes contains the actual access modes the volume backing the PVC has. More info: https://kubernetes.io/docs/concepts/storage/persistent-volumes#access-modes-1',
    ),
    column('StorageClass', 'StorageClass of the pvc'),
    column('VolumeAttributesClass', 'VolumeAttributesClass of the pvc'),
    ageColumn,
    column(
      'VolumeMode',
      'volumeMode defines what type of volume is required by the claim. Value of Filesystem is implied when not included in claim spec.',
      { priority: 1 },
    ),
  ],
  fields: [
    'metadata.annotations',
    'metadata.deletionTimestamp',
    'spec.storageClassName',
    'spec.volumeAttributesClassName',
    'spec.volumeMode',
    'spec.volumeName',
    'status.accessModes',
    'status.capacity.storage',
    'status.phase',
  ],
  cells(volumeClaim) {
    const volumeName = textAt(volumeClaim, 'spec', 'volumeName');
    const bound = volumeName !== '';
    return [
      nameOf(volumeClaim),
      phase(volumeClaim),
      volumeName,
      bound ? storageQuantity(fieldAt(volumeClaim, 'status', 'capacity', 'storage')) : '',
      bound ? accessModesText(textsAt(volumeClaim, 'status', 'accessModes')) : '',
      storageClass(volumeClaim),
      optionalTextAt(volumeClaim, 'spec', 'volumeAttributesClassName') ?? '<unset>',
      age(volumeClaim),
      optionalTextAt(volumeClaim, 'spec', 'volumeMode') ?? '<unset>',
    ];
  },
};

function phase(object: Fields): string {
  const isGoing = optionalTextAt(object, 'metadata', 'deletionTimestamp') !== undefined;
  return isGoing ? 'Terminating' : textAt(object, 'status', 'phase');
}

function claim(volume: Fields): string {
  if (fieldAt(volume, 'spec', 'claimRef') === undefined) return '';
  return `${textAt(volume, 'spec', 'claimRef', 'namespace')}/${textAt(volume, 'spec', 'claimRef', 'name')}`;
}

function storageClass(object: Fields): string {
  return (
    optionalTextAt(object, 'metadata', 'annotations', classAnnotation) ?? textAt(object, 'spec', 'storageClassName')
  );
}

function accessModesText(modes: readonly string[]): string {
  return accessModes
    .filter(([mode]) => modes.includes(mode))
    .map(([, short]) => short)
    .join(',');
}

function storageQuantity(value: unknown): string {
  return typeof value === 'number' ? `${value}` : typeof value === 'string' ? value : '0';
}
