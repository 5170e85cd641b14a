// The reader of event streams, whatever pieces the network makes of them.

import fc from "fast-check";
import { describe, expect, it } from "vitest";

import { eventsOf, type ServerEvent } from "./sse";

function inPieces(bytes: Uint8Array, cuts: number[]): ReadableStream<Uint8Array> {
  const places = [...new Set(cuts.map((cut) => cut % (bytes.length + 1)))].sort((a, b) => a - b);
  return new ReadableStream({
    start(controller) {
      let from = 0;
      for (const to of [...places, bytes.length]) {
        if (to > from) controller.enqueue(bytes.slice(from, to));
        from = Math.max(from, to);
      }
      controller.close();
    },
  });
}

async function read(text: string, cuts: number[] = []): Promise<ServerEvent[]> {
  const events: ServerEvent[] = [];
  for await (const event of eventsOf(inPieces(new TextEncoder().encode(text), cuts))) events.push(event);
  return events;
}

describe("eventsOf", () => {
  it("reads events, ids, comments and several lines of data", async () => {
    const stream = 'event: task\nid: 7\ndata: {"a":\ndata: 1}\n\n: still here\n\ndata:x\n\nevent: lost\n\n';
    expect(await read(stream)).toEqual([
      { event: "task", data: '{"a":\n1}', id: "7" },
      { event: "comment", data: " still here", id: null },
      { event: "message", data: "x", id: null },
    ]);
  });

  it("does not mind where the stream was cut, not even inside a character or a line end", async () => {
    const stream = 'event: text\r\ndata: {"text":"für 😀"}\r\n\r\nid: 9\rdata: z\r\rdata: end\n\n';
    const whole = await read(stream);
    expect(whole.map(({ data }) => data)).toEqual(['{"text":"für 😀"}', "z", "end"]);
    await fc.assert(
      fc.asyncProperty(fc.array(fc.nat(200)), async (cuts) => {
        expect(await read(stream, cuts)).toEqual(whole);
      }),
    );
  });

  it("leaves out an event that was not finished", async () => {
    expect(await read("data: whole\n\ndata: torn")).toEqual([{ event: "message", data: "whole", id: null }]);
  });
});
