import { createPrivateKey, createPublicKey, hash, randomBytes, sign, verify, type KeyObject } from 'node:crypto';
import { PairloopError } from '../../../core/errors.js';

const ED25519 = Buffer.from([1]);
const SIGNING_KEY_PREFIX = 'PRIVATE+KEY+';
/** An Ed25519 key in DER, but for its 32 bytes (RFC 8410). */
const DER_PRIVATE = Buffer.from('302e020100300506032b657004220420', 'hex');
const DER_PUBLIC = Buffer.from('302a300506032b6570032100', 'hex');
const KEY_BYTES = 32;
const SIGNATURE_BYTES = 64;
/** Not empty, without blanks, `+` and control characters. */
const KEY_NAME = /^[^\s+\p{Cc}]+$/u;

/** A public key under a name, as C2SP's signed-note has it; `text` is how it is written. */
export interface VerifierKey {
  readonly name: string;
  readonly id: Buffer;
  readonly text: string;
  readonly key: KeyObject;
}
export interface SigningKey {
  readonly verifier: VerifierKey;
  readonly key: KeyObject;
}

function keyId(name: string, publicKey: Buffer): Buffer {
  return hash('sha256', Buffer.concat([Buffer.from(`${name}\n`), ED25519, publicKey]), 'buffer').subarray(0, 4);
}

function verifierKey(name: string, publicKey: Buffer): VerifierKey {
  const id = keyId(name, publicKey);
  const text = `${name}+${id.toString('hex')}+${Buffer.concat([ED25519, publicKey]).toString('base64')}`;
  return { name, id, text, key: createPublicKey({ key: Buffer.concat([DER_PUBLIC, publicKey]), format: 'der', type: 'spki' }) };
}

/** The bytes of base64 in its one right form, so that no two texts say the same; undefined when it is anything else. */
function strictBase64(text: string): Buffer | undefined {
  const bytes = Buffer.from(text, 'base64');
  return bytes.toString('base64') === text ? bytes : undefined;
}

/** `name+id+base64` taken apart, with the 32 bytes of the key; undefined when it is not that. */
function keyParts(text: string): { name: string; id: string; bytes: Buffer } | undefined {
  const [name, id, encoded, ...rest] = splitKey(text);
  const bytes = encoded === undefined ? undefined : strictBase64(encoded);
  if (name === undefined || id === undefined || bytes === undefined || rest.length > 0) return undefined;
  if (!KEY_NAME.test(name) || bytes.length !== 1 + KEY_BYTES || bytes[0] !== ED25519[0]) return undefined;
  return { name, id, bytes: bytes.subarray(1) };
}

/** Base64 has `+` too: only the first two part the text. */
function splitKey(text: string): string[] {
  const [name, id, ...encoded] = text.split('+');
  return name === undefined || id === undefined || encoded.length === 0 ? [] : [name, id, encoded.join('+')];
}

/**
 * Reads a public key, `name+id+base64`, with or without a line break behind it.
 *
 * @throws PairloopError (usage) when it is none; `from` says where it was.
 */
export function parseVerifierKey(text: string, from: string): VerifierKey {
  const parts = keyParts(text.replace(/\n$/, ''));
  const key = parts === undefined ? undefined : verifierKey(parts.name, parts.bytes);
  if (key !== undefined && key.id.toString('hex') === parts?.id) return key;
  throw new PairloopError(`${from} is no public key of a ledger; give the line name+id+key that \`pairloop ledger export\` printed.`, 'usage');
}

/** Makes a new key under a name without blanks and `+`. The text is secret; keep it as it is. */
export function makeSigningKey(name: string): string {
  return signingKeyText(name, randomBytes(KEY_BYTES));
}

function signingKeyText(name: string, seed: Buffer): string {
  const id = keyId(name, publicBytes(privateKey(seed))).toString('hex');
  return `${SIGNING_KEY_PREFIX}${name}+${id}+${Buffer.concat([ED25519, seed]).toString('base64')}\n`;
}

function privateKey(seed: Buffer): KeyObject {
  return createPrivateKey({ key: Buffer.concat([DER_PRIVATE, seed]), format: 'der', type: 'pkcs8' });
}

function publicBytes(key: KeyObject): Buffer {
  return createPublicKey(key).export({ format: 'der', type: 'spki' }).subarray(DER_PUBLIC.length);
}

/** @throws PairloopError when the text is no signing key; `from` says where it was. */
export function parseSigningKey(text: string, from: string): SigningKey {
  const whole = text.replace(/\n$/, '');
  const parts = whole.startsWith(SIGNING_KEY_PREFIX) ? keyParts(whole.slice(SIGNING_KEY_PREFIX.length)) : undefined;
  const key = parts === undefined ? undefined : privateKey(parts.bytes);
  const verifier = parts === undefined || key === undefined ? undefined : verifierKey(parts.name, publicBytes(key));
  if (key !== undefined && verifier !== undefined && verifier.id.toString('hex') === parts?.id) return { verifier, key };
  throw new PairloopError(`${from} holds no signing key any more; bring it back from a backup.`);
}

/**
 * Signs text that ends in a line break: the text, an empty line, and the signature's line.
 *
 * https://c2sp.org/signed-note
 */
export function signNote(text: string, { verifier, key }: SigningKey): string {
  const signature = Buffer.concat([verifier.id, sign(null, Buffer.from(text), key)]);
  return `${text}\n— ${verifier.name} ${signature.toString('base64')}\n`;
}

/** The text of a note that has this key's signature, and no other line behind the text; undefined when it has not. */
export function openNote(note: string, { name, id, key }: VerifierKey): string | undefined {
  const end = note.lastIndexOf('\n\n');
  const match = /^— (\S+) (\S+)\n$/u.exec(note.slice(end + 2));
  const bytes = match?.[2] === undefined ? undefined : strictBase64(match[2]);
  if (end === -1 || match?.[1] !== name || bytes === undefined) return undefined;
  if (bytes.length !== id.length + SIGNATURE_BYTES || !bytes.subarray(0, id.length).equals(id)) return undefined;
  const text = note.slice(0, end + 1);
  return verify(null, Buffer.from(text), key, bytes.subarray(id.length)) ? text : undefined;
}
