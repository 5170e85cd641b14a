import { describe, expect, it } from "vitest";

import { LARGEST_BYTES, readFiles, tokensOf } from "./files";

const file = (name: string, ...parts: BlobPart[]) => new File(parts, name);

async function reason(...files: File[]): Promise<string | undefined> {
  const read = await readFiles(files);
  return read?.kind === "refused" ? read.reason : read?.entry.text;
}

describe("a file", () => {
  it("becomes a text with its name and size", async () => {
    expect(await readFiles([file("a.txt", "Luleå\n")])).toEqual({
      kind: "text",
      entry: { text: "Luleå\n", file: { name: "a.txt", bytes: 7 } },
    });
  });

  it("is refused by its size before it is read", async () => {
    const large = file("a.txt", "x");
    Object.defineProperty(large, "size", { value: LARGEST_BYTES + 1 });
    large.arrayBuffer = () => Promise.reject(new Error("It was read."));
    expect(await reason(large)).toBe("tooLarge");
  });

  it("is refused with what to do where it is no text", async () => {
    expect(await reason(file("a.pdf", "%PDF-1.7\n"))).toBe("pdf");
    expect(await reason(file("a.docx", "PK\u0003\u0004rest"))).toBe("office");
    expect(await reason(file("a.bin", "a\0b"))).toBe("binary");
    expect(await reason(file("a.txt", new Uint8Array([0x47, 0xfc, 0x72])))).toBe("notUtf8");
    expect(await reason(file("a.txt"))).toBe("empty");
    expect(await reason(file("a.txt", "a"), file("b.txt", "b"))).toBe("several");
  });

  it("that is gone is told apart from one that is empty", async () => {
    const gone = file("a.txt", "x");
    gone.arrayBuffer = () => Promise.reject(new DOMException("gone", "NotFoundError"));
    expect(await reason(gone)).toBe("unreadable");
  });

  it("may be what Windows calls Unicode, and may begin with a mark", async () => {
    expect(await reason(file("a.txt", new Uint8Array([0xff, 0xfe, 0x41, 0x00])))).toBe("A");
    expect(await reason(file("a.txt", new Uint8Array([0xef, 0xbb, 0xbf, 0x41])))).toBe("A");
  });
});

it("tokens are counted roughly", () => {
  expect(tokensOf(74_000)).toBe(18_500);
  expect(tokensOf(1)).toBe(1);
});
