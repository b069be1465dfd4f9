import { defineCommand } from 'citty';
import { withProjectParts } from '../system/connected.js';
import { importGold } from '../system/project.js';

const importCommand = defineCommand({
  meta: { name: 'import', description: 'Take gold items from a file: pairs with accepted_verdicts, explanation and author; all of them or none.' },
  args: {
    file: { type: 'positional', required: true, valueHint: 'FILE', description: 'JSONL: a pair a line, with accepted_verdicts, explanation, author.' },
    json: { type: 'boolean', description: 'Print one JSON document.' },
  },
  run: ({ args }) =>
    withProjectParts(async (parts) => {
      const result = await importGold(parts, args.file);
      const words = `Imported ${result.imported} gold items; ${result.skipped} were there already${result.changed === 0 ? '' : `, ${result.changed} of them with a new answer`}.`;
      process.stdout.write(args.json === true ? `${JSON.stringify(result)}\n` : `${words}\n`);
    }),
});

export const goldCommand = defineCommand({
  meta: { name: 'gold', description: 'Gold items: pairs whose right verdict is known.' },
  subCommands: { import: importCommand },
});
