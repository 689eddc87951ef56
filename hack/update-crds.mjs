#!/usr/bin/env node
// Writes deploy/crds from the schemas of the server; needs a build.
import { writeCrds } from './crds.mjs';

writeCrds();
