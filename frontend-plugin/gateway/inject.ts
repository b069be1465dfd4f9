import { brotliDecompressSync, gunzipSync, inflateSync } from 'node:zlib';

const VIEW_SCRIPT = '/pairloop/view/community.js';
/** A module runs as soon as the page is parsed: before Label Studio, which first asks who and where it is, asks for a task. */
const TAG = `<script type="module" src="${VIEW_SCRIPT}"></script>`;

/** Present in every page of Label Studio's own app, and in nothing else it serves (documentation, uploads, log-in). */
const APP_MARK = 'id="app-settings"';
export const HTML_BYTES_MAX = 5_000_000;

/**
 * Adds the view's script before `</head>` of a Label Studio app page. Any other text comes back as it
 * is, and so does a page that has the script already.
 */
export function injectScript(html: string): string {
  const head = html.indexOf('</head>');
  if (head < 0 || !html.includes(APP_MARK) || html.includes(VIEW_SCRIPT)) return html;
  return html.slice(0, head) + TAG + html.slice(head);
}

/**
 * Undoes a Content-Encoding. Undefined for an encoding we do not know.
 *
 * @throws when the bytes are not in that encoding, or are larger than `HTML_BYTES_MAX` once decoded.
 */
export function decodeBody(body: Buffer, encoding: string | undefined): Buffer | undefined {
  const options = { maxOutputLength: HTML_BYTES_MAX };
  switch (encoding?.trim().toLowerCase() ?? 'identity') {
    case 'identity':
    case '':
      return body;
    case 'gzip':
      return gunzipSync(body, options);
    case 'br':
      return brotliDecompressSync(body, options);
    case 'deflate':
      return inflateSync(body, options);
    default:
      return undefined;
  }
}
