import { readFileSync } from 'node:fs';
import { packagePath } from '../../core/package-root.js';

export const GUIDE = readFileSync(packagePath('docs', 'label-configs.md'), 'utf8');

/** The files that the page shows, by the name that stands before each: a rubric and its guideline. */
export const GUIDE_FILES = Object.fromEntries([...GUIDE.matchAll(/`([\w.-]+)`:\n\n```(?:yaml|markdown)\n([\s\S]*?)```/g)].map((match) => [match[1]!, match[2]!]));

/** The commands of its shell blocks, a line each. */
export const GUIDE_COMMANDS = [...GUIDE.matchAll(/```sh\n([\s\S]*?)```/g)].flatMap((block) => block[1]!.trim().split('\n'));
