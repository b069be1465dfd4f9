import { defineCommand } from 'citty';
import { loadConfig } from '../../core/config.js';
import { diagnose, type Finding } from '../system/diagnosis.js';

const MARKS: Readonly<Record<Finding['state'], string>> = { ok: '✓', 'not ok': '✗', skipped: '–' };

export const doctorCommand = defineCommand({
  meta: { name: 'doctor', description: 'Say what is wrong on this machine or in the running system, and how to mend it.' },
  args: { json: { type: 'boolean', description: 'Print one JSON document: {"ok", "findings": [{"name", "state", "detail"}]}.' } },
  async run({ args }) {
    const findings = await diagnose(loadConfig());
    const ok = findings.every((finding) => finding.state !== 'not ok');
    if (args.json === true) {
      process.stdout.write(`${JSON.stringify({ ok, findings })}\n`);
    } else {
      const width = Math.max(...findings.map((finding) => finding.name.length));
      for (const { name, state, detail } of findings) process.stdout.write(`${MARKS[state]} ${name.padEnd(width)}  ${detail}\n`);
    }
    if (!ok) process.exitCode = 1;
  },
});
