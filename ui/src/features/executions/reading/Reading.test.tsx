// What a model writes is hostile: nothing of it may act, and nothing may be loaded.

import { cleanup, fireEvent, render, screen } from "@testing-library/react";
import { afterEach, describe, expect, it, vi } from "vitest";

const openExternal = vi.hoisted(() => vi.fn(async () => {}));
vi.mock("#door", () => ({ shell: { kind: "browser", openExternal } }));

import { TooltipProvider } from "../../../components/Tooltip";
import { Reading } from "./Reading";

const show = (text: string) =>
  render(
    <TooltipProvider>
      <Reading text={text} />
    </TooltipProvider>,
  ).container;

afterEach(() => {
  cleanup();
  openExternal.mockClear();
});

describe("Reading", () => {
  it("shows HTML as text", () => {
    const html =
      '<script>window.x=1</script>\n\n<img src="https://e.example/x" onerror="x()">\n\n<iframe src="https://e.example"></iframe>\n\n<a href="https://e.example" onclick="x()">raw</a>\n\n<style>body{display:none}</style>';
    const place = show(html);
    expect(place.querySelectorAll("script, img, iframe, style, a, object, embed, form, svg[onload]")).toHaveLength(0);
    expect(place.textContent).toContain("<script>window.x=1</script>");
  });

  it("loads no image, and says so", () => {
    const place = show("![a pixel](https://e.example/p.png) ![](https://e.example/q.png)");
    expect(place.querySelectorAll("img, picture, video, audio, source")).toHaveLength(0);
    expect(place.textContent).toContain("a pixel (image not loaded)");
  });

  it("has no address in the page, so that nothing can follow it", () => {
    const place = show(
      "[a](https://e.example) <https://f.example> https://g.example [b](javascript:alert(1)) [c](data:text/html,x)",
    );
    expect(place.querySelectorAll("[href], [src], [action], [srcset]")).toHaveLength(0);
    expect(screen.getAllByRole("link")).toHaveLength(3);
  });

  it("shows where a link leads before it opens it", () => {
    show("[harmless](https://evil.example/path)");
    fireEvent.click(screen.getByRole("link", { name: "harmless" }));
    expect(screen.getByRole("dialog").textContent).toContain("https://evil.example/path");
    expect(openExternal).not.toHaveBeenCalled();
    fireEvent.click(screen.getByRole("button", { name: "Open in the browser" }));
    expect(openExternal).toHaveBeenCalledWith("https://evil.example/path");
  });

  it("survives what is too deep, and is done quickly", () => {
    const before = performance.now();
    const nasty = [
      ">".repeat(5_000),
      "[".repeat(5_000),
      "*a_ ".repeat(2_000),
      "- ".repeat(1_000),
      "`".repeat(4_001),
      "<".repeat(5_000),
      "![".repeat(2_000),
      "|".repeat(4_000) + "\n" + "|-".repeat(4_000),
    ];
    const place = show(nasty.join("\n\n"));
    expect(place.textContent?.length).toBeGreaterThan(1_000);
    expect(performance.now() - before).toBeLessThan(20_000);
  });

  it("reads tables, lists and code", () => {
    const place = show("| a | b |\n| - | - |\n| 1 | 2 |\n\n- [x] done\n\n```js\nlet a;\n```");
    expect(place.querySelectorAll("td")).toHaveLength(2);
    expect(place.querySelector("pre code")?.textContent).toBe("let a;\n");
    expect(screen.getByRole("checkbox")).toHaveProperty("disabled", true);
  });
});
