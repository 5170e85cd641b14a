// An execution on the screen, as a person watches it.

export class Execution {
  constructor(page) {
    this.page = page;
  }

  /** The strip: state, parts, time, tokens, cost. */
  strip() {
    return this.page.getByRole("region", { name: "How it is going" });
  }

  /** Waits for a state in words. */
  async is(status) {
    await this.strip().getByText(status, { exact: true }).first().waitFor();
  }

  /** The step's row in the timeline, which says its state. */
  row(step) {
    return this.page.getByRole("listbox", { name: "Steps in time" }).getByRole("option", { name: new RegExp(`^${step},`) });
  }

  async stepIs(step, status) {
    const rows = this.page.getByRole("listbox", { name: "Steps in time" });
    await rows.getByRole("option", { name: new RegExp(`^${step}, ${status}`) }).waitFor({ timeout: 30_000 });
  }

  drawer(step) {
    return this.page.getByRole("complementary", { name: `Step ${step}` });
  }

  /** Opens a step from its row in the timeline. */
  async openStep(step) {
    await this.row(step).click();
    await this.drawer(step).waitFor();
  }

  async tab(name) {
    await this.page.getByRole("tab", { name }).click();
  }
}
