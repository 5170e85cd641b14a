// The list of plans, as a person uses it.

export class Plans {
  constructor(page) {
    this.page = page;
  }

  async open() {
    await this.page.getByRole("navigation", { name: "Main" }).getByRole("link", { name: "Plans" }).click();
    await this.page.getByRole("heading", { name: /^Plans/, level: 1 }).waitFor();
  }

  row(name) {
    return this.page.getByRole("row").filter({ has: this.page.getByRole("link", { name, exact: true }) });
  }

  /** The names in the order of the table. */
  async names() {
    const links = this.page.getByRole("table").getByRole("row").getByRole("link");
    return links.allInnerTexts();
  }

  async choose(name, act) {
    await this.row(name).hover();
    await this.page.getByRole("button", { name: `More for ${name}` }).click();
    await this.page.getByRole("menuitem", { name: act }).click();
  }

  /** Chooses files in the dialog of the system. */
  async importFiles(...files) {
    const choosing = this.page.waitForEvent("filechooser");
    await this.page.getByRole("button", { name: "Import" }).first().click();
    await this.page.getByRole("menuitem", { name: "From files…" }).click();
    await (await choosing).setFiles(files);
  }

  search() {
    return this.page.getByRole("searchbox", { name: "Search names, prompts, tags" });
  }

  toast(text) {
    return this.page.getByRole("region", { name: "Notifications" }).getByText(text);
  }
}
