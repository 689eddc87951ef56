import { conformance } from '@clusterdex/storage-contract/conformance';
import { describe, it } from '@jest/globals';
import plugin from '../src/index.js';
import { openStorage } from './support.js';

conformance(
  { describe, it },
  { name: 'sqlite', capabilities: plugin.capabilities, open: (directory) => openStorage(directory) },
);
