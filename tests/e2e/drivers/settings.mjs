// The settings, as a person uses them.

export class Settings {
  constructor(page) {
    this.page = page;
  }

  async open(section) {
    await this.page.getByRole("link", { name: "Settings", exact: true }).click();
    await this.section(section);
  }

  /** Goes to a section and waits for its heading. */
  async section(name) {
    await this.page.getByRole("navigation", { name: /Sections|Abschnitte/ }).getByRole("link", { name }).click();
    await this.page.getByRole("heading", { name, level: 2 }).waitFor();
  }

  provider(name) {
    return this.page.getByRole("article", { name, exact: true });
  }

  /** Opens a provider's details. */
  async details(name) {
    await this.provider(name).getByRole("button", { name: `Details of ${name}` }).click();
  }

  /** Writes into a field and leaves it, which saves it. */
  async write(label, value, where = this.page) {
    const field = where.getByLabel(label, { exact: true });
    await field.fill(value);
    await field.press("Tab");
    return field;
  }

  async saved() {
    await this.page.getByText("Saved", { exact: true }).first().waitFor();
  }
}
