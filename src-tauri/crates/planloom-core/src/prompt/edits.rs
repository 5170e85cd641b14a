//! Where the rewritten text differs from the author's, and how a place in one is found in the other.

/// `from..to` of the author's text became `new_from..new_to` of the rewritten one.
struct Edit {
    from: usize,
    to: usize,
    new_from: usize,
    new_to: usize,
}

/// All replacements, in the order of the text.
#[derive(Default)]
pub(super) struct Edits(Vec<Edit>);

impl Edits {
    /// Notes that `from..to` was replaced by `length` bytes, which begin at `new_from`.
    pub fn add(&mut self, from: usize, to: usize, new_from: usize, length: usize) {
        self.0.push(Edit { from, to, new_from, new_to: new_from + length });
    }

    /// Where a place of the rewritten text comes from; a place inside of a replacement comes from its beginning.
    pub fn original(&self, offset: usize) -> usize {
        let after = self.0.partition_point(|edit| edit.new_from <= offset);
        match after.checked_sub(1).map(|index| &self.0[index]) {
            None => offset,
            Some(edit) if offset < edit.new_to => edit.from,
            Some(edit) => edit.to + (offset - edit.new_to),
        }
    }

    /// Where a place of the author's text went, for a place outside of any replacement.
    pub fn rewritten(&self, offset: usize) -> usize {
        let after = self.0.partition_point(|edit| edit.to <= offset);
        match after.checked_sub(1).map(|index| &self.0[index]) {
            None => offset,
            Some(edit) => edit.new_to + (offset - edit.to),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::Edits;

    #[test]
    fn places_are_found_in_both_directions() {
        // "ab-c.d-e f" became "aXXXX.Y f": `b-c` to `XXXX`, `d-e` to `Y`.
        let mut edits = Edits::default();
        edits.add(1, 4, 1, 4);
        edits.add(5, 8, 6, 1);
        let originals: Vec<usize> = (0..=9).map(|offset| edits.original(offset)).collect();
        assert_eq!(originals, [0, 1, 1, 1, 1, 4, 5, 8, 9, 10]);
        for (original, rewritten) in [(0, 0), (4, 5), (8, 7), (9, 8), (10, 9)] {
            assert_eq!(edits.rewritten(original), rewritten);
            assert_eq!(edits.original(rewritten), original);
        }
    }
}
