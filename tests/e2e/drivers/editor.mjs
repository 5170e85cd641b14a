// The canvas and its panel, as a person uses them: by the pointer and by keys.

export class Editor {
  constructor(page) {
    this.page = page;
  }

  async ready() {
    await this.canvas().waitFor();
    await this.page.getByRole("toolbar", { name: "Canvas tools" }).waitFor();
  }

  canvas() {
    return this.page.locator("[aria-label='Plan on the canvas']").first();
  }

  /** A step on the canvas, by the beginning of its full name. */
  step(id) {
    return this.page.locator(`[role=button][data-step="${id}"]`);
  }

  panelTab(name) {
    return this.page.getByRole("tab", { name, exact: true });
  }

  async select(id) {
    await this.step(id).click();
    await this.idField().waitFor();
  }

  idField() {
    return this.page.getByRole("textbox", { name: "Id", exact: true });
  }

  promptField() {
    return this.page.getByRole("textbox", { name: "Prompt", exact: true });
  }

  /** Adds a step by its key; its id is asked for at once. */
  async add(id) {
    await this.page.keyboard.press("Escape");
    await this.page.keyboard.press("s");
    await this.rename(id);
  }

  /** Gives the selected step another id. */
  async rename(id) {
    await this.idField().fill(id);
    await this.idField().press("Enter");
    await this.step(id).waitFor();
  }

  async writePrompt(text) {
    await this.promptField().fill(text);
  }

  /** Draws a thread from one step to another, and lets go unless it shall be held. */
  async drag(from, to, { holds = false } = {}) {
    const a = await this.step(from).boundingBox();
    const b = await this.step(to).boundingBox();
    const { mouse } = this.page;
    await mouse.move(a.x + a.width / 2, a.y + a.height / 2);
    await mouse.move(a.x + a.width, a.y + a.height / 2, { steps: 4 });
    await mouse.down();
    await mouse.move(a.x + a.width + 30, a.y + a.height / 2 + 10, { steps: 4 });
    await mouse.move(b.x - 2, b.y + b.height / 2, { steps: 10 });
    await mouse.move(b.x + 1, b.y + b.height / 2, { steps: 3 });
    if (!holds) await mouse.up();
  }

  dependencies() {
    return this.page.getByRole("region", { name: "Depends on" });
  }

  async hasDependency(id) {
    return (await this.dependencies().getByRole("button", { name: `Remove ${id}` }).count()) > 0;
  }

  /** Adds a dependency by the panel, for whoever has no pointer. */
  async dependOn(id) {
    await this.dependencies().getByRole("button", { name: /^Add/ }).click();
    await this.page.getByRole("dialog", { name: "Add a dependency" }).getByRole("button", { name: id, exact: true }).click();
  }

  async saved() {
    await this.page.getByText(/^Draft saved/).first().waitFor();
  }
}
