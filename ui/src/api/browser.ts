// The browser's door: `fetch` with a session key, and the browser's own means for files and links.

import { key } from "./key";
import type { FileFilter, ListenOptions, Shell, Transport } from "./transport";

export const transport: Transport = {
  fetch(request) {
    const own = key();
    if (own !== null && !request.headers.has("Authorization")) request.headers.set("Authorization", `Bearer ${own}`);
    return fetch(request);
  },
  listen(path: string, { headers, signal }: ListenOptions) {
    const own = key();
    const bearer = own === null ? {} : { Authorization: `Bearer ${own}` };
    return fetch(path, { headers: { Accept: "text/event-stream", ...bearer, ...headers }, signal });
  },
};

export const shell: Shell = {
  kind: "browser",
  async saveFile(suggestedName, text) {
    const link = document.createElement("a");
    link.href = URL.createObjectURL(new Blob([text], { type: "text/plain" }));
    link.download = suggestedName;
    link.click();
    URL.revokeObjectURL(link.href);
    return true;
  },
  openTextFile(filter: FileFilter) {
    return new Promise((resolve, reject) => {
      const input = document.createElement("input");
      input.type = "file";
      input.accept = filter.extensions.map((extension) => `.${extension}`).join(",");
      input.addEventListener("cancel", () => resolve(null));
      input.addEventListener("change", () => {
        const file = input.files?.[0];
        if (!file) return resolve(null);
        file.text().then((text) => resolve({ name: file.name, text }), reject);
      });
      input.click();
    });
  },
  async openExternal(url) {
    window.open(url, "_blank", "noopener,noreferrer");
  },
  async pickBackupPath() {
    return null;
  },
  revealFolder: null,
  follow() {
    // A browser's frame and dialogs are the browser's own.
  },
  onMenu() {
    return () => {};
  },
};
