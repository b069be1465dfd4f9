import { existsSync } from 'node:fs';
import { defineCommand } from 'citty';
import type { PreviewedRubric } from '../../frontend-plugin/preview/preview-reply.js';
import { startPreview } from '../../frontend-plugin/preview/preview-server.js';
import { compileLabelConfig } from '../../label-configs/compile.js';
import { listRubrics, loadRubricWithGuideline } from '../../label-configs/rubric-file.js';
import { parseWholeNumber } from '../number-argument.js';
import { createPreviewPairs, type PreviewPairs } from '../preview-pairs.js';
import { RUBRIC_HELP } from '../rubric-help.js';
import { onStopSignals } from '../stop-signals.js';

const PORT_MAX = 65_535;

export const previewCommand = defineCommand({
  meta: { name: 'preview', description: "Show a rubric's comparison on sample pairs in a page of this machine, until Ctrl-C; nothing is stored." },
  args: {
    rubric: { type: 'positional', required: true, valueHint: 'RUBRIC', description: RUBRIC_HELP },
    port: { type: 'string', valueHint: 'N', description: 'Port of the page on 127.0.0.1; a free one without it.' },
    pairs: { type: 'string', valueHint: 'FILE', description: 'JSONL or CSV of pairs to show; those that come with the rubric without it.' },
  },
  async run({ args }) {
    const port = parseWholeNumber('--port', args.port ?? '0', PORT_MAX);
    const pairs = await createPreviewPairs(args.pairs);
    assertThere(args.rubric);
    const rubrics = [...new Set([args.rubric, ...listRubrics()])];
    const stopAsked = onStopSignals(() => {});
    const preview = await startPreview({ port, rubrics, load: (name) => loadPreviewed(name, pairs) });
    process.stdout.write(welcome(args.rubric, preview.url));
    await stopAsked;
    await preview.close();
  },
});

/** A rubric that is there and has an error is shown with its error, so that it can be mended beside the page. */
function assertThere(rubric: string): void {
  if (!listRubrics().includes(rubric) && !existsSync(rubric)) loadRubricWithGuideline(rubric);
}

async function loadPreviewed(name: string, pairs: PreviewPairs): Promise<PreviewedRubric> {
  const { rubric, guideline } = loadRubricWithGuideline(name);
  const { version, sha256, markdown } = guideline;
  return { rubric, guideline: { version, sha256, markdown }, label_config: compileLabelConfig(rubric), pairs: await pairs.of(rubric.name) };
}

function welcome(rubric: string, url: string): string {
  return ['', `  Preview of ${rubric}:  ${url}/?rubric=${encodeURIComponent(rubric)}`, '  Nothing is stored. A reload shows what the files say by then.', '  Stop with Ctrl-C.', '', ''].join('\n');
}
