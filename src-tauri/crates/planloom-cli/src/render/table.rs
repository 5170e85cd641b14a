//! Columns that stand under each other.

use super::{BOLD, Style};

/// Rows of cells, each with its text and how it is printed.
#[derive(Debug)]
pub struct Table {
    rows: Vec<Vec<Cell>>,
}

#[derive(Debug)]
struct Cell {
    chars: usize,
    printed: String,
}

impl Table {
    pub fn new(style: Style, headings: &[&str]) -> Table {
        let mut table = Table { rows: Vec::new() };
        table.row(headings.iter().map(|heading| style.paint(BOLD, heading)));
        table
    }

    pub fn row(&mut self, cells: impl IntoIterator<Item = String>) {
        let cell = |printed: String| Cell { chars: chars(&printed), printed };
        self.rows.push(cells.into_iter().map(cell).collect());
    }

    /// The whole table, a line each row.
    pub fn print(&self) -> String {
        let columns = self.rows.iter().map(Vec::len).max().unwrap_or(0);
        let width = |column: usize| self.rows.iter().filter_map(|row| row.get(column)).map(|cell| cell.chars).max();
        let widths: Vec<usize> = (0..columns).map(|column| width(column).unwrap_or(0)).collect();
        let mut out = String::new();
        for row in &self.rows {
            let mut line = String::new();
            for (cell, width) in row.iter().zip(&widths) {
                line.push_str(&cell.printed);
                line.push_str(&" ".repeat(width - cell.chars + 2));
            }
            out.push_str(line.trim_end());
            out.push('\n');
        }
        out
    }
}

/// Characters that are seen: escape sequences are not.
fn chars(printed: &str) -> usize {
    let mut count = 0;
    let mut in_escape = false;
    for c in printed.chars() {
        match c {
            '\u{1b}' => in_escape = true,
            'm' if in_escape => in_escape = false,
            _ if in_escape => {}
            _ => count += 1,
        }
    }
    count
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn columns_line_up_with_and_without_colour() {
        let print = |colour| {
            let style = Style { colour };
            let mut table = Table::new(style, &["A", "STATUS"]);
            table.row(["long".to_owned(), style.status("failed")]);
            table.row(["ä".to_owned(), String::new()]);
            table.print()
        };
        assert_eq!(print(false), "A     STATUS\nlong  ✗ failed\nä\n");
        let coloured = print(true);
        assert!(coloured.contains("long  \u{1b}[31m✗ failed\u{1b}[0m"), "{coloured:?}");
    }
}
