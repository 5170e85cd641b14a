// One interface, two doors: the browser comes in by HTTP, the desktop window in process.
// Nothing above this file knows which of them it is.

/** Where requests go. */
export interface Transport {
  /** Sends a request to a path that begins with `/api/`. Rejects only when there was no answer at all. */
  fetch(request: Request): Promise<Response>;
  /** Opens an event stream; the body of the response is `text/event-stream` and ends when it is over. */
  listen(path: string, options: ListenOptions): Promise<Response>;
}

export interface ListenOptions {
  headers?: Record<string, string>;
  signal: AbortSignal;
}

/** What the window can do beyond the API; in a browser the same is done by the browser's own means. */
export interface Shell {
  /** `desktop` has native dialogs, a menu and a window of its own. */
  readonly kind: "desktop" | "browser";
  /** Saves a text where the person chooses; `false` when they changed their mind. */
  saveFile(suggestedName: string, text: string, filter: FileFilter): Promise<boolean>;
  /** Reads a text file that the person chooses; `null` when they changed their mind. */
  openTextFile(filter: FileFilter): Promise<{ name: string; text: string } | null>;
  /** Opens a link in the system's browser. Only http, https and mailto. */
  openExternal(url: string): Promise<void>;
  /** Where a backup shall go; `null` in a browser (the server chooses) or when the person changed their mind. */
  pickBackupPath(suggestedName: string): Promise<string | null>;
  /** Shows a folder in the file manager; absent where that is not possible. */
  revealFolder: ((path: string) => Promise<void>) | null;
  /** Tells the window how the page looks and speaks: its frame, its dialogs and its menu do the same. */
  follow(theme: "system" | "light" | "dark", language: "en" | "de"): void;
  /** Items of the application menu, by the name of the action. */
  onMenu(handler: (action: string) => void): () => void;
}

export interface FileFilter {
  name: string;
  extensions: string[];
}
