//! Ids that are taken: a second one that is alike gets a number.

use std::collections::BTreeMap;

/// The ids so far, each with how often it was asked for.
#[derive(Debug, Default)]
pub(super) struct Taken {
    ids: BTreeMap<String, u32>,
}

impl Taken {
    /// Is the id taken?
    pub(super) fn has(&self, id: &str) -> bool {
        self.ids.contains_key(id)
    }

    /// The id, or the first of `id#2`, `id#3`, … that is free; it is taken now.
    pub(super) fn free(&mut self, id: &str) -> String {
        let mut count = self.ids.get(id).copied().unwrap_or(0);
        let chosen = loop {
            count += 1;
            let id = match count {
                1 => id.to_owned(),
                n => format!("{id}#{n}"),
            };
            if !self.ids.contains_key(&id) {
                break id;
            }
        };
        self.ids.insert(chosen.clone(), 1);
        self.ids.insert(id.to_owned(), count);
        chosen
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn numbers_go_on() {
        let mut taken = Taken::default();
        let ids: Vec<String> = ["a", "a", "a#2", "a", "b"].map(|id| taken.free(id)).into();
        assert_eq!(ids, ["a", "a#2", "a#2#2", "a#3", "b"]);
    }
}
