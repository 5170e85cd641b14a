// Texts from files: read with care, and refused with a reason that says what to do.

import type { Entry } from "./values";

/** The API takes no larger body, so no larger text either. */
export const LARGEST_BYTES = 16 * 1024 * 1024;
/** A larger pasted text stands there as a chip, like a file: a field that long is slow to write in. */
export const LONGEST_IN_FIELD = 100_000;

/** Why a file cannot be an input; each has a text in the catalogue. */
export type FileRefusal = "several" | "tooLarge" | "pdf" | "office" | "binary" | "notUtf8" | "empty" | "unreadable";

export type FileRead =
  { kind: "text"; entry: Entry } | { kind: "refused"; reason: FileRefusal; name: string; bytes: number };

/** Reads the text of a file. One that is too large is refused by its size, before any of it is read. */
export async function readFiles(files: readonly File[]): Promise<FileRead | null> {
  const [file, second] = files;
  if (!file) return null;
  const refused = (reason: FileRefusal): FileRead => ({ kind: "refused", reason, name: file.name, bytes: file.size });
  if (second) return refused("several");
  if (file.size > LARGEST_BYTES) return refused("tooLarge");
  if (file.size === 0) return refused("empty");
  let bytes: Uint8Array;
  try {
    bytes = new Uint8Array(await file.arrayBuffer());
  } catch {
    // Moved or removed since it was dropped, or a folder.
    return refused("unreadable");
  }
  const text = decoded(bytes, file.name);
  if (typeof text !== "string") return refused(text.reason);
  return { kind: "text", entry: { text, file: { name: file.name, bytes: file.size } } };
}

function decoded(bytes: Uint8Array, name: string): string | { reason: FileRefusal } {
  if (begins(bytes, [0x25, 0x50, 0x44, 0x46])) return { reason: "pdf" };
  const isZip = begins(bytes, [0x50, 0x4b, 0x03, 0x04]);
  if (isZip && /\.(docx|xlsx|pptx|odt|ods|odp|pages)$/i.test(name)) return { reason: "office" };
  // What Windows calls “Unicode”.
  const wide = begins(bytes, [0xff, 0xfe]) ? "utf-16le" : begins(bytes, [0xfe, 0xff]) ? "utf-16be" : null;
  if (wide === null && bytes.includes(0)) return { reason: "binary" };
  try {
    return new TextDecoder(wide ?? "utf-8", { fatal: true }).decode(bytes);
  } catch {
    return { reason: isZip ? "binary" : "notUtf8" };
  }
}

function begins(bytes: Uint8Array, with_: readonly number[]): boolean {
  return with_.every((byte, at) => bytes[at] === byte);
}

/** Bytes of a token as a rule. */
const BYTES_PER_TOKEN = 4;

/** About how many tokens a text is, to three digits that mean something. */
export function tokensOf(bytes: number): number {
  return Number(Math.ceil(bytes / BYTES_PER_TOKEN).toPrecision(3));
}

export function bytesOf(text: string): number {
  return new Blob([text]).size;
}
