//! Searching executions by a part of their plan's name or of their id.
//!
//! What never changes about an execution is kept in memory, packed, from the first search on: a hundred thousand take
//! some five megabytes and one pass over them a millisecond, and a write costs nothing. (An FTS5 trigram index answers
//! slower where a term hits most rows, cannot answer terms below three characters, and makes every start of an
//! execution dearer.) It is only an index: the rows themselves are read from the snapshot that asked.

use std::{collections::HashMap, sync::Mutex};

use memchr::memmem;
use rusqlite::params;

use crate::{
    error::Result,
    store::{Snapshot, unpoisoned},
};

/// Every id of an execution begins with this; a term that is a part of it would find all of them, which helps nobody.
const ID_PREFIX: &str = "dt_exec_";

/// Fewer characters than this would find most ids by chance.
const SHORTEST_ID_TERM: usize = 3;

/// From this many hits on it is quicker to read all rows of a status than to look each hit up.
const MANY_HITS: usize = 2_000;

/// Case taken away, so that two texts that differ only in case are equal. The final sigma is a sigma.
pub fn fold(text: &str) -> String {
    let text = text.trim();
    if text.is_ascii() {
        return text.to_ascii_lowercase();
    }
    text.chars().flat_map(char::to_lowercase).map(|c| if c == 'ς' { 'σ' } else { c }).collect()
}

/// The executions in the order of their creation.
#[derive(Debug, Default)]
pub(crate) struct SearchIndex {
    entries: Vec<Entry>,
    /// The ids without their prefix, folded, a newline after each.
    ids: String,
    /// Distinct plan names, folded.
    names: Vec<String>,
    name_numbers: HashMap<String, u32>,
}

#[derive(Debug)]
struct Entry {
    row: i64,
    plan: i64,
    name: u32,
    /// Where its id begins in `ids`.
    id_at: u32,
}

/// The rows of one page and the number of all that match.
#[derive(Debug)]
pub(crate) struct Found {
    pub(crate) page: Vec<i64>,
    pub(crate) total: u64,
}

impl SearchIndex {
    fn add(&mut self, row: i64, plan: i64, id: &str, name: &str) {
        let number = match self.name_numbers.get(name) {
            Some(number) => *number,
            None => {
                let number = self.names.len() as u32;
                self.names.push(fold(name));
                self.name_numbers.insert(name.to_owned(), number);
                number
            }
        };
        self.entries.push(Entry { row, plan, name: number, id_at: self.ids.len() as u32 });
        let folded = fold(id);
        self.ids.push_str(folded.strip_prefix(ID_PREFIX).unwrap_or(&folded));
        self.ids.push('\n');
    }

    fn last_row(&self) -> i64 {
        self.entries.last().map_or(0, |entry| entry.row)
    }

    /// Which entries have the term in their id.
    fn id_hits(&self, term: &str) -> Vec<bool> {
        let mut hits = vec![false; self.entries.len()];
        let Some((term, at_start)) = id_term(term) else { return hits };
        let finder = memmem::Finder::new(term.as_bytes());
        let (mut from, mut entry) = (0, 0);
        while let Some(found) = finder.find(&self.ids.as_bytes()[from..]) {
            let at = from + found;
            while self.entries.get(entry + 1).is_some_and(|next| next.id_at as usize <= at) {
                entry += 1;
            }
            hits[entry] |= !at_start || self.entries[entry].id_at as usize == at;
            // One hit in an id is enough, so the search goes on in the next one.
            let Some(next) = self.entries.get(entry + 1) else { break };
            from = next.id_at as usize;
        }
        hits
    }

    fn name_hits(&self, term: &str) -> Vec<bool> {
        let finder = memmem::Finder::new(term.as_bytes());
        self.names.iter().map(|name| finder.find(name.as_bytes()).is_some()).collect()
    }
}

/// What to look for in the ids without their prefix, and whether only at their beginning.
fn id_term(term: &str) -> Option<(&str, bool)> {
    if term.chars().count() < SHORTEST_ID_TERM || ID_PREFIX.contains(term) || term.contains('\n') {
        return None;
    }
    // `exec_0193…` and `dt_exec_0193…` reach over the end of the prefix.
    let overlap = (1..=ID_PREFIX.len()).rev().find(|bytes| {
        let tail = &ID_PREFIX[ID_PREFIX.len() - bytes..];
        tail.ends_with('_') && term.len() > *bytes && term.starts_with(tail)
    });
    Some(overlap.map_or((term, false), |bytes| (&term[bytes..], true)))
}

impl Snapshot<'_> {
    /// Finds executions, the newest first.
    pub(crate) fn search_rows(
        &self,
        term: &str,
        plan: Option<i64>,
        status: Option<&str>,
        limit: usize,
        offset: usize,
    ) -> Result<Found> {
        let own = Mutex::new(SearchIndex::default());
        let mut index = unpoisoned(self.search.unwrap_or(&own));
        self.add_newer(&mut index)?;
        let newest: i64 = self.sql("SELECT ifnull(max(row_id), 0) FROM executions")?.query_row([], |row| row.get(0))?;
        let (names, ids) = (index.name_hits(term), index.id_hits(term));
        let hit = |entry: &Entry, id_hit: bool| {
            (id_hit || names[entry.name as usize])
                // An older moment must not see what was added for a newer one.
                && entry.row <= newest
                && plan.is_none_or(|plan| plan == entry.plan)
        };
        let hits = index.entries.iter().zip(ids).filter(|(entry, id_hit)| hit(entry, *id_hit));
        let mut rows: Vec<i64> = hits.map(|(entry, _)| entry.row).collect();
        drop(index);
        if let Some(status) = status {
            self.retain_status(&mut rows, status)?;
        }
        let total = rows.len() as u64;
        Ok(Found { page: rows.into_iter().rev().skip(offset).take(limit).collect(), total })
    }

    /// Executions are never taken away, so bringing the index up to date is adding the new ones.
    fn add_newer(&self, index: &mut SearchIndex) -> Result<()> {
        let mut statement =
            self.sql("SELECT row_id, plan, id, plan_name FROM executions WHERE row_id > ?1 ORDER BY row_id")?;
        let mut rows = statement.query([index.last_row()])?;
        while let Some(row) = rows.next()? {
            let text = |column| row.get_ref(column)?.as_str().map_err(rusqlite::Error::from);
            index.add(row.get(0)?, row.get(1)?, text(2)?, text(3)?);
        }
        Ok(())
    }

    /// Keeps the rows, in ascending order, whose execution has this status.
    fn retain_status(&self, rows: &mut Vec<i64>, status: &str) -> Result<()> {
        if rows.len() < MANY_HITS {
            let mut statement = self.sql("SELECT 1 FROM execution_rows WHERE execution = ?1 AND status = ?2")?;
            let mut fits = Ok(());
            rows.retain(|row| match statement.exists(params![row, status]) {
                Ok(exists) => exists,
                Err(error) => {
                    fits = Err(error);
                    false
                }
            });
            return Ok(fits?);
        }
        // Of the rows that have the status and those that have not, the fewer are read.
        let common = self.count_executions(None, Some(status))? * 2 > self.count_executions(None, None)?;
        let sql = if common {
            "SELECT execution FROM execution_rows WHERE status < ?1
             UNION ALL SELECT execution FROM execution_rows WHERE status > ?1"
        } else {
            "SELECT execution FROM execution_rows WHERE status = ?1"
        };
        let mut read = self.sql(sql)?.query_map([status], |row| row.get(0))?.collect::<rusqlite::Result<Vec<i64>>>()?;
        read.sort_unstable();
        let mut read = read.into_iter().peekable();
        rows.retain(|row| {
            while read.next_if(|other| other < row).is_some() {}
            (read.peek() == Some(row)) != common
        });
        Ok(())
    }

    /// Builds the index that the first search would otherwise wait for.
    pub fn warm_search(&self) -> Result<()> {
        match self.search {
            Some(index) => self.add_newer(&mut unpoisoned(index)),
            None => Ok(()),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn hits(index: &SearchIndex, term: &str) -> Vec<usize> {
        index.id_hits(term).iter().enumerate().filter(|(_, hit)| **hit).map(|(at, _)| at).collect()
    }

    #[test]
    fn ids_are_found_by_any_part_but_not_by_what_all_share() {
        let mut index = SearchIndex::default();
        index.add(1, 1, "dt_exec_aaabbb", "One");
        index.add(2, 1, "dt_exec_bbbbccc", "Two");
        index.add(3, 1, "dt_exec_cccaaa", "One");
        assert_eq!(hits(&index, "bbb"), [0, 1]);
        assert_eq!(hits(&index, "dt_exec_bb"), [1]);
        assert_eq!(hits(&index, "_bb"), [1]);
        assert_eq!(hits(&index, "aaa"), [0, 2]);
        for all_have_it_or_none in ["exec", "dt_exec_", "bb", "bbb\nccc", "bbb\n"] {
            assert_eq!(hits(&index, all_have_it_or_none), [] as [usize; 0], "{all_have_it_or_none:?}");
        }
        assert_eq!(index.names, ["one", "two"]);
    }

    #[test]
    fn case_is_taken_away_beyond_ascii() {
        assert_eq!(fold(" ÄRGER "), "ärger");
        assert_eq!(fold("ΟΔΟΣ"), fold("οδος"));
    }
}
