// A screenshot as a PNG with a palette of at most 256 colours: about a third of what the browser writes. Kept here because
// what does this on npm is either unmaintained or a native add-on. Formats: PNG, third edition (W3C), sections 9, 11.2 and 12.
import { crc32, deflateSync, inflateSync } from 'node:zlib';

const SIGNATURE = Buffer.from([137, 80, 78, 71, 13, 10, 26, 10]);
const COLOURS_MAX = 256;
/** Squared distance of two colours that nobody tells apart: 4 steps in each channel. */
const ALIKE = 48;

/** Re-encodes a browser's screenshot (8 bits a channel, RGB or RGBA, not interlaced); transparency is dropped. A colour that is not among those kept becomes the nearest of them. */
export function toPalettePng(png) {
  const { width, height, channels, pixels } = decode(png);
  const counts = new Map();
  const colours = new Uint32Array(width * height);
  for (let at = 0; at < colours.length; at++) {
    const from = at * channels;
    const colour = (pixels[from] << 16) | (pixels[from + 1] << 8) | pixels[from + 2];
    colours[at] = colour;
    counts.set(colour, (counts.get(colour) ?? 0) + 1);
  }
  const palette = choosePalette([...counts].sort(([, a], [, b]) => b - a).map(([colour]) => colour));
  const places = new Map([...counts.keys()].map((colour) => [colour, nearest(palette, colour)]));
  const rows = Buffer.alloc(height * (width + 1));
  for (let y = 0; y < height; y++) for (let x = 0; x < width; x++) rows[y * (width + 1) + 1 + x] = places.get(colours[y * width + x]);
  const header = Buffer.alloc(13);
  header.writeUInt32BE(width, 0);
  header.writeUInt32BE(height, 4);
  header.set([8, 3], 8);
  const entries = Buffer.from(palette.flatMap((colour) => [colour >> 16, (colour >> 8) & 255, colour & 255]));
  return Buffer.concat([SIGNATURE, chunk('IHDR', header), chunk('PLTE', entries), chunk('IDAT', deflateSync(rows, { level: 9 })), chunk('IEND', Buffer.alloc(0))]);
}

/** The commonest colours first, leaving out those that hardly differ from one that is in already, so that a rare one such as a thin border has its place too. */
function choosePalette(colours) {
  const palette = [];
  for (const colour of colours) {
    if (palette.length === COLOURS_MAX) break;
    if (palette.every((other) => distance(colour, other) > ALIKE)) palette.push(colour);
  }
  return palette;
}

function nearest(palette, colour) {
  return palette.reduce((best, other, at) => (distance(colour, other) < distance(colour, palette[best]) ? at : best), 0);
}

/** Squared distance in RGB. */
function distance(one, other) {
  return ((one >> 16) - (other >> 16)) ** 2 + (((one >> 8) & 255) - ((other >> 8) & 255)) ** 2 + ((one & 255) - (other & 255)) ** 2;
}

/** @returns width and height in pixels, and `pixels`: their channels, row by row. */
function decode(png) {
  const parts = [];
  let header = Buffer.alloc(0);
  for (let at = SIGNATURE.length; at < png.length; at += 12 + png.readUInt32BE(at)) {
    const type = png.toString('latin1', at + 4, at + 8);
    const data = png.subarray(at + 8, at + 8 + png.readUInt32BE(at));
    if (type === 'IHDR') header = data;
    if (type === 'IDAT') parts.push(data);
  }
  const [width, height] = [header.readUInt32BE(0), header.readUInt32BE(4)];
  const channels = { 2: 3, 3: 1, 6: 4 }[header[9]];
  if (header[8] !== 8 || channels === undefined || header[12] !== 0) throw new Error('not a PNG as browsers write them: 8 bits a channel, RGB or RGBA, not interlaced');
  return { width, height, channels, pixels: unfilter(inflateSync(Buffer.concat(parts)), width * channels, channels) };
}

/** Undoes the filter that each row names in its first byte (section 9). */
function unfilter(raw, stride, channels) {
  const pixels = Buffer.alloc((raw.length / (stride + 1)) * stride);
  for (let row = 0; row * stride < pixels.length; row++) {
    const filter = raw[row * (stride + 1)];
    const start = row * stride;
    for (let x = 0; x < stride; x++) {
      const left = x < channels ? 0 : pixels[start + x - channels];
      const up = row === 0 ? 0 : pixels[start + x - stride];
      const corner = x < channels || row === 0 ? 0 : pixels[start + x - stride - channels];
      pixels[start + x] = raw[row * (stride + 1) + 1 + x] + predict(filter, left, up, corner);
    }
  }
  return pixels;
}

function predict(filter, left, up, corner) {
  if (filter === 1) return left;
  if (filter === 2) return up;
  if (filter === 3) return (left + up) >> 1;
  if (filter !== 4) return 0;
  const [byLeft, byUp, byCorner] = [Math.abs(up - corner), Math.abs(left - corner), Math.abs(left + up - 2 * corner)];
  if (byLeft <= byUp && byLeft <= byCorner) return left;
  return byUp <= byCorner ? up : corner;
}

function chunk(type, data) {
  const body = Buffer.concat([Buffer.from(type, 'latin1'), data]);
  const [length, check] = [Buffer.alloc(4), Buffer.alloc(4)];
  length.writeUInt32BE(data.length);
  check.writeUInt32BE(crc32(body));
  return Buffer.concat([length, body, check]);
}
