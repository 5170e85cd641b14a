// The desktop window's door to the backend and to the system. The only file that knows Tauri: requests go to the
// router in the same process, and what a browser cannot do is done by the shell.
//
// It must not know what a path means, and it keeps no state but the number of the next stream.

import { Channel, invoke } from "@tauri-apps/api/core";
import { listen } from "@tauri-apps/api/event";

import type { ListenOptions, Shell, Transport } from "./transport";

/** What stands before the body of an answer. */
interface Head {
  status: number;
  headers: [string, string][];
}

const LINE_END = 10;

let nextStream = 1;

export const transport: Transport = { fetch: fetchInProcess, listen: listenInProcess };

async function fetchInProcess(request: Request): Promise<Response> {
  const { method, signal } = request;
  signal.throwIfAborted();
  const { pathname, search } = new URL(request.url);
  const text = method === "GET" || method === "HEAD" ? "" : await request.text();
  const asking = invoke<ArrayBuffer>("api", {
    method,
    path: pathname + search,
    headers: [...request.headers],
    body: text === "" ? null : text,
  });
  const bytes = new Uint8Array(await unlessAborted(signal, asking.catch(failed)));
  const end = bytes.indexOf(LINE_END);
  const { status, headers } = readHead(new TextDecoder().decode(bytes.subarray(0, end)));
  const body = bytes.subarray(end + 1);
  // An answer that may have no body must be given none at all.
  return new Response(body.length === 0 ? null : body, { status, headers });
}

/** The answer when it has come; an abort meanwhile is not waited for. What was sent may take effect all the same. */
async function unlessAborted<T>(signal: AbortSignal, answer: Promise<T>): Promise<T> {
  let stop = () => {};
  const aborted = new Promise<never>((_, reject) => {
    stop = () => reject(signal.reason);
    signal.addEventListener("abort", stop, { once: true });
  });
  try {
    return await Promise.race([answer, aborted]);
  } finally {
    signal.removeEventListener("abort", stop);
  }
}

function listenInProcess(path: string, { headers, signal }: ListenOptions): Promise<Response> {
  return new Promise((resolve, reject) => {
    signal.throwIfAborted();
    const id = nextStream++;
    const stream = new EventBody(() => end());
    const channel = new Channel<string | ArrayBuffer>();
    const abort = () => {
      end();
      stream.fail(signal.reason);
      reject(signal.reason);
    };
    // The shell forgets an ended stream by itself, and ending it once more does no harm.
    const end = () => {
      signal.removeEventListener("abort", abort);
      void invoke("subscribe", { id, path: null, headers: [], channel: null }).catch(() => {});
    };
    let head: Head | undefined;
    channel.onmessage = (message) => {
      if (head === undefined) {
        head = readHead(textOf(message));
        const hasBody = head.status !== 204;
        resolve(new Response(hasBody ? stream.body : null, { status: head.status, headers: head.headers }));
      } else if (message === "") {
        signal.removeEventListener("abort", abort);
        stream.end();
      } else {
        stream.add(message);
      }
    };
    signal.addEventListener("abort", abort, { once: true });
    invoke("subscribe", { id, path, headers: Object.entries(headers ?? {}), channel }).catch((reason) => {
      signal.removeEventListener("abort", abort);
      failed(reason).catch(reject);
    });
  });
}

/** The body of a stream's answer, filled by messages. */
class EventBody {
  readonly body: ReadableStream<Uint8Array<ArrayBuffer>>;
  #controller: ReadableStreamDefaultController<Uint8Array<ArrayBuffer>> | undefined;
  readonly #encoder = new TextEncoder();

  constructor(left: () => void) {
    this.body = new ReadableStream({
      start: (controller) => {
        this.#controller = controller;
      },
      cancel: () => {
        this.#controller = undefined;
        left();
      },
    });
  }

  add(message: string | ArrayBuffer): void {
    this.#controller?.enqueue(typeof message === "string" ? this.#encoder.encode(message) : new Uint8Array(message));
  }

  end(): void {
    this.#controller?.close();
    this.#controller = undefined;
  }

  fail(reason: unknown): void {
    this.#controller?.error(reason);
    this.#controller = undefined;
  }
}

function textOf(message: string | ArrayBuffer): string {
  return typeof message === "string" ? message : new TextDecoder().decode(message);
}

function readHead(line: string): Head {
  const head: unknown = JSON.parse(line);
  if (isHead(head)) return head;
  throw new TypeError(
    "The answer of the desktop app has no head. Install it anew, its parts are of different versions.",
  );
}

function isHead(value: unknown): value is Head {
  if (typeof value !== "object" || value === null || !("status" in value) || !("headers" in value)) return false;
  return typeof value.status === "number" && Array.isArray(value.headers);
}

/** A command that is refused is refused with a sentence. */
function failed(reason: unknown): Promise<never> {
  return Promise.reject(new Error(typeof reason === "string" ? reason : String(reason)));
}

/** A command of the shell, whose refusal is an error with a sentence. */
function ask<T>(command: string, parameters: Record<string, unknown>): Promise<T> {
  return invoke<T>(command, parameters).catch(failed);
}

export const shell: Shell = {
  kind: "desktop",
  async saveFile(suggestedName, text, { name, extensions }) {
    const saved = await ask<string | null>("save_file", { suggestedName, text, filterName: name, extensions });
    return saved !== null;
  },
  openTextFile({ name, extensions }) {
    return ask("open_file", { filterName: name, extensions });
  },
  openExternal(url) {
    return ask("open_external", { url });
  },
  pickBackupPath(suggestedName) {
    return ask("pick_backup_path", { suggestedName });
  },
  revealFolder(path) {
    return ask("reveal_folder", { path });
  },
  follow(theme, language) {
    // The page is as it should be whether or not the frame follows.
    ask("set_appearance", { appearance: theme, language }).catch(console.warn);
  },
  onMenu(handler) {
    const listening = listen<string>("menu", (event) => handler(event.payload));
    return () => void listening.then((stop) => stop());
  },
};
