/** Why an annotator may pass on a pair. The code is what is recorded; distressing content may always be skipped. */
export const SKIP_REASONS: readonly { code: string; label: string }[] = [
  { code: 'not_my_field', label: 'I cannot judge this topic' },
  { code: 'unclear', label: 'The prompt is unclear' },
  { code: 'broken', label: 'A response is broken or missing' },
  { code: 'language', label: 'It is in a language I do not read' },
  { code: 'distressing', label: 'The content is distressing' },
];
