//! Tables with a header line: CSV files read cell by cell, so that every complaint names its line and
//! column. Manifests and the tables of published data sets are read through here.

use std::collections::BTreeMap;
use std::fs;
use std::path::Path;

use super::error::DatasetError;
use super::problem::Problem;

/// Largest table: LUNA16 has three quarters of a million candidates in 50 MB, as a manifest some 200.
const MOST_BYTES: u64 = 1 << 30;

/// A table in memory: the text of all cells in one piece.
#[derive(Debug)]
pub(super) struct Table {
    columns: BTreeMap<String, usize>,
    header: Vec<String>,
    text: String,
    rows: Vec<Row>,
    /// Rows that are none: too few or too many cells.
    pub(super) problems: Vec<Problem>,
}

/// A row: its line in the file, and where its cells end in the text.
#[derive(Debug)]
struct Row {
    line: u64,
    start: usize,
    ends: Box<[usize]>,
}

impl Table {
    /// Reads a file.
    /// - errors: it cannot be read; [`Self::from_bytes`]
    pub(super) fn read(path: &Path) -> Result<Self, DatasetError> {
        let name = path.display();
        let unreadable = |e: std::io::Error| match e.kind() {
            std::io::ErrorKind::NotFound => DatasetError::new(format!("There is no file {name}")),
            _ => DatasetError::new(format!("{name} cannot be read: {e}")),
        };
        let about = fs::metadata(path).map_err(unreadable)?;
        if about.is_dir() {
            return Err(DatasetError::new(format!("{name} is a folder, where a CSV file is needed")));
        }
        if about.len() > MOST_BYTES {
            return Err(DatasetError::new(format!(
                "{name} is too large for a table of cases ({} MB)",
                about.len() >> 20
            )));
        }
        Self::from_bytes(&fs::read(path).map_err(unreadable)?, &name.to_string())
    }

    /// - `name`: of the file, for sentences
    /// - errors: not CSV: no text, no header, a column twice, another separator
    pub(super) fn from_bytes(bytes: &[u8], name: &str) -> Result<Self, DatasetError> {
        let not_text = |line: usize| {
            DatasetError::new(format!("{name} is no CSV file: line {line} is not text in UTF-8"))
        };
        let line_of = |at: usize| 1 + bytes.iter().take(at).filter(|b| **b == b'\n').count();
        let text = std::str::from_utf8(bytes).map_err(|e| not_text(line_of(e.valid_up_to())))?;
        if let Some(at) = text.find('\0') {
            return Err(not_text(line_of(at)));
        }
        // Some programs begin a file so that others know its encoding.
        let text = text.strip_prefix('\u{FEFF}').unwrap_or(text);
        let mut table = Self {
            columns: BTreeMap::new(),
            header: Vec::new(),
            text: String::new(),
            rows: Vec::new(),
            problems: Vec::new(),
        };
        each_record(text, |line, cells| {
            if table.header.is_empty() {
                table.header = cells.iter().map(|c| (*c).to_owned()).collect();
                return table.index(name);
            }
            table.add(line, cells);
            Ok(())
        })?;
        if table.header.is_empty() {
            return Err(DatasetError::new(format!(
                "{name} is empty, where a CSV file with a header is needed"
            )));
        }
        Ok(table)
    }

    /// Looks through the header.
    fn index(&mut self, name: &str) -> Result<(), DatasetError> {
        if let [one] = self.header.as_slice() {
            let mark = [(';', "semicolons"), ('\t', "tabs")].into_iter().find(|(c, _)| one.contains(*c));
            if let Some((_, mark)) = mark {
                return Err(DatasetError::new(format!(
                    "{name} separates its columns by {mark}; save it with commas"
                )));
            }
        }
        for (n, column) in self.header.iter().enumerate() {
            if self.columns.insert(column.clone(), n).is_some() && !column.is_empty() {
                return Err(DatasetError::new(format!(
                    "{name} has two columns `{}`; remove one",
                    shown(column)
                )));
            }
        }
        Ok(())
    }

    fn add(&mut self, line: u64, cells: &[&str]) {
        if cells.len() != self.header.len() {
            let (count, needed) = (cells.len(), self.header.len());
            let text = format!("has {count} cells, and the header {needed}; quote cells that hold commas");
            self.problems.push(Problem::error(text).at(line, ""));
            return;
        }
        let start = self.text.len();
        let mut ends = Vec::with_capacity(cells.len());
        for cell in cells {
            self.text.push_str(cell);
            ends.push(self.text.len());
        }
        self.rows.push(Row { line, start, ends: ends.into() });
    }

    /// Names of the columns, as they stand.
    pub(super) fn header(&self) -> &[String] {
        &self.header
    }

    /// Whether there is such a column.
    pub(super) fn has(&self, column: &str) -> bool {
        self.columns.contains_key(column)
    }

    /// Number of rows.
    pub(super) fn len(&self) -> usize {
        self.rows.len()
    }

    /// The rows that have a cell for each column, in order.
    pub(super) fn rows(&self) -> impl Iterator<Item = Cells<'_>> {
        self.rows.iter().map(|row| Cells { table: self, line: row.line, row, problems: Vec::new() })
    }

    /// Fails where one of these columns is missing.
    pub(super) fn needs(&self, columns: &[&str], name: &str, what: &str) -> Result<(), DatasetError> {
        match columns.iter().find(|c| !self.has(c)) {
            None => Ok(()),
            Some(missing) => {
                Err(DatasetError::new(format!("{name} is no {what}: it has no column `{missing}`")))
            }
        }
    }
}

/// Calls `use_it` with each record that is not blank: its line, counted from 1, and its cells without
/// blanks at their ends.
fn each_record(
    text: &str,
    mut use_it: impl FnMut(u64, &[&str]) -> Result<(), DatasetError>,
) -> Result<(), DatasetError> {
    let mut reader = csv::ReaderBuilder::new().has_headers(false).flexible(true).from_reader(text.as_bytes());
    let mut record = csv::StringRecord::new();
    let (mut seen, mut line) = (0usize, 1u64);
    // Reading text from memory fails in no way that is known.
    while reader.read_record(&mut record).map_err(|e| DatasetError::new(e.to_string()))? {
        // The reader's own line is that of the empty lines before the record, or of the last CR.
        let start = record.position().and_then(|p| usize::try_from(p.byte()).ok()).unwrap_or(seen);
        let start =
            start + text.get(start..).map_or(0, |t| t.len() - t.trim_start_matches(['\r', '\n']).len());
        line += text.get(seen..start).unwrap_or_default().bytes().filter(|b| *b == b'\n').count() as u64;
        seen = start;
        let cells: Vec<&str> = record.iter().map(str::trim).collect();
        if cells.iter().any(|c| !c.is_empty()) {
            use_it(line, &cells)?;
        }
    }
    Ok(())
}

/// One row. Getters answer `None` for what is empty, and for what is wrong after they noted it.
#[derive(Debug)]
pub(super) struct Cells<'a> {
    table: &'a Table,
    /// Line in the file.
    pub(super) line: u64,
    row: &'a Row,
    /// What was wrong so far.
    pub(super) problems: Vec<Problem>,
}

impl<'a> Cells<'a> {
    /// The text of a cell; `None` where it is empty or there is no such column.
    pub(super) fn text(&self, column: &str) -> Option<&'a str> {
        let n = *self.table.columns.get(column)?;
        let start = n.checked_sub(1).map_or(Some(&self.row.start), |before| self.row.ends.get(before))?;
        self.table.text.get(*start..*self.row.ends.get(n)?).filter(|text| !text.is_empty())
    }

    /// Notes an error about a cell.
    pub(super) fn wrong(&mut self, column: &str, text: impl Into<String>) {
        self.problems.push(Problem::error(text).at(self.line, column));
    }

    /// Notes a warning about a cell.
    pub(super) fn odd(&mut self, column: &str, text: impl Into<String>) {
        self.problems.push(Problem::warning(text).at(self.line, column));
    }

    /// A cell that must not be empty.
    pub(super) fn needed(&mut self, column: &str, what: &str) -> Option<&'a str> {
        let text = self.text(column);
        if text.is_none() {
            self.wrong(column, format!("is empty; write {what}"));
        }
        text
    }

    /// A finite number.
    pub(super) fn number(&mut self, column: &str, what: &str) -> Option<f64> {
        let text = self.text(column)?;
        match text.parse::<f64>() {
            Ok(number) if number.is_finite() => Some(number),
            _ => {
                self.wrong(column, format!("`{}` is no number; write {what}", shown(text)));
                None
            }
        }
    }

    /// A finite number within bounds, both included.
    pub(super) fn number_in(&mut self, column: &str, [low, high]: [f64; 2], what: &str) -> Option<f64> {
        let number = self.number(column, what)?;
        if (low..=high).contains(&number) {
            return Some(number);
        }
        self.wrong(column, format!("{number} is outside {low} to {high}; write {what}"));
        None
    }

    /// Three numbers in three columns; `None` where all are empty.
    pub(super) fn triple(&mut self, columns: [&str; 3], what: &str) -> Option<[f64; 3]> {
        let given = columns.map(|c| self.text(c).is_some());
        if given == [false; 3] {
            return None;
        }
        if let Some((column, _)) = columns.iter().zip(given).find(|(_, given)| !given) {
            self.wrong(column, format!("is empty, and the other two columns are not both; write {what}"));
        }
        let [a, b, c] = columns.map(|c| self.number(c, what));
        Some([a?, b?, c?])
    }

    /// Whether an error was noted.
    pub(super) fn failed(&self) -> bool {
        self.problems.iter().any(|p| p.severity == super::Severity::Error)
    }
}

/// Foreign text for a sentence: its beginning, without what a terminal would act on.
pub(super) fn shown(text: &str) -> String {
    let clean: String = text.chars().filter(|c| !c.is_control()).take(60).collect();
    if text.chars().count() > 60 { format!("{clean}...") } else { clean }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn read(text: &str) -> Result<Table, String> {
        Table::from_bytes(text.as_bytes(), "t.csv").map_err(|e| e.to_string())
    }

    #[test]
    fn quotes_blanks_line_ends_and_empty_lines_are_read_as_they_are_meant() {
        let text = "\u{FEFF}a, b ,c\r\n\r\n1,\"x, \"\"y\"\"\nz\", 3 \r\n,,\r\n4,5,6";
        let table = read(text).expect("a table");
        assert_eq!(table.header(), ["a", "b", "c"]);
        let rows: Vec<_> = table.rows().map(|r| (r.line, r.text("a"), r.text("b"), r.text("c"))).collect();
        assert_eq!(
            rows,
            [(3, Some("1"), Some("x, \"y\"\nz"), Some("3")), (6, Some("4"), Some("5"), Some("6"))]
        );
        assert_eq!(table.rows().next().expect("a row").text("d"), None);
    }

    #[test]
    fn what_is_no_table_is_named() {
        for (text, word) in [
            ("", "is empty"),
            ("\n\n", "is empty"),
            ("a;b;c\n1;2;3", "semicolons"),
            ("a\tb\n1\t2", "tabs"),
            ("a,b,a\n1,2,3", "two columns `a`"),
            ("a,b\n\0,1", "line 2"),
        ] {
            let sentence = read(text).expect_err(word);
            assert!(sentence.contains(word) && sentence.contains("t.csv"), "{sentence}");
        }
        let latin = Table::from_bytes(b"a,b\n1,\xE9\n", "t.csv").expect_err("not UTF-8").to_string();
        assert!(latin.contains("line 2"), "{latin}");
        let ragged = read("a,b\n1\n1,2,3\n1,2\n").expect("a table");
        assert_eq!((ragged.len(), ragged.problems.len()), (1, 2));
        assert!(ragged.problems[1].to_string().starts_with("line 3: has 3 cells"), "{}", ragged.problems[1]);
    }

    #[test]
    fn long_cells_and_many_columns_are_read_whole() {
        let long = "x".repeat(10_000);
        let columns: Vec<String> = (0..200).map(|n| n.to_string()).collect();
        let row: Vec<String> = (0..200).map(|n| format!("{n}{long}")).collect();
        let table = read(&format!("{}\n{}\n", columns.join(","), row.join(","))).expect("a table");
        let cells = table.rows().next().expect("a row");
        assert_eq!(cells.text("0"), Some(row[0].as_str()));
        assert_eq!(cells.text("199"), Some(row[199].as_str()));
    }
}
