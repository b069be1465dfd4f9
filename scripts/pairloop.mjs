#!/usr/bin/env node
// `pairloop` in a checkout: builds what it needs, then runs the command.
import { build } from './build.mjs';

build({ quiet: process.argv.includes('--json') });
await import('../dist/cli/main.js');
