import { defineCommand } from 'citty';
import { judgeTriageCommand } from './judge-triage.js';

export const judgeCommand = defineCommand({
  meta: { name: 'judge', description: 'LLM judges before humans: what they may settle, and what is left to people.' },
  subCommands: { triage: judgeTriageCommand },
});
