/** The page of `pairloop label-config preview`. It has no text of its own: the script draws everything and loads Label Studio's editor. */
export function previewPage(): string {
  return [
    '<!doctype html>',
    '<html lang="en">',
    '<head>',
    '<meta charset="utf-8">',
    '<meta name="viewport" content="width=device-width, initial-scale=1">',
    '<title>Pairloop preview</title>',
    '<link rel="icon" href="data:,">',
    '<link rel="stylesheet" href="/editor/css/main.css">',
    '<script type="module" src="/view/standalone.js"></script>',
    '</head>',
    '<body><noscript>The preview needs JavaScript.</noscript></body>',
    '</html>',
    '',
  ].join('\n');
}

/**
 * Everything comes from the preview server itself: a sample pair can load nothing and send nothing. The
 * editor writes styles into its elements and keeps its icons in data addresses.
 */
export const PREVIEW_POLICY = [
  "default-src 'none'",
  "script-src 'self'",
  "style-src 'self' 'unsafe-inline'",
  "img-src 'self' data:",
  "font-src 'self' data:",
  "connect-src 'self'",
  "base-uri 'none'",
  "form-action 'none'",
  "frame-ancestors 'none'",
].join('; ');
