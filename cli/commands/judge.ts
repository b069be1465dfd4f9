import { defineCommand } from 'citty';
import { judgeRunCommand } from './judge-run.js';
import { judgeTriageCommand } from './judge-triage.js';

export const judgeCommand = defineCommand({
  meta: { name: 'judge', description: 'LLM judges before humans: what they may settle, and what is left to people.' },
  subCommands: { run: judgeRunCommand, triage: judgeTriageCommand },
});
