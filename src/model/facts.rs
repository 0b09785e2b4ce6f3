//! The facts of a subject that count: one for each path, in the order of the paths.
//!
//! Few stand in one subject and a tree of configurations gives hundreds of thousands of them, so they stand side by side
//! and not in a tree.

use super::Fact;

/// Facts by their paths.
#[derive(Debug, Clone, Default, PartialEq)]
pub struct Facts(Vec<Fact>);

impl Facts {
    /// The fact of a path.
    pub fn get(&self, path: &str) -> Option<&Fact> {
        self.0.get(self.at(path).ok()?)
    }

    /// The fact of a path, to be changed; its path must stay.
    pub fn get_mut(&mut self, path: &str) -> Option<&mut Fact> {
        let at = self.at(path).ok()?;
        self.0.get_mut(at)
    }

    /// Is there a fact of this path?
    pub fn contains_key(&self, path: &str) -> bool {
        self.at(path).is_ok()
    }

    /// Puts a fact in the place of the one that has its path.
    pub fn insert(&mut self, fact: Fact) {
        match self.at(&fact.path) {
            Ok(at) => {
                if let Some(held) = self.0.get_mut(at) {
                    *held = fact;
                }
            }
            Err(at) => self.0.insert(at, fact),
        }
    }

    /// Takes the fact of a path away.
    pub fn remove(&mut self, path: &str) -> Option<Fact> {
        let at = self.at(path).ok()?;
        Some(self.0.remove(at))
    }

    /// Keeps those of which `keep` says so.
    pub fn retain(&mut self, keep: impl FnMut(&Fact) -> bool) {
        self.0.retain(keep);
    }

    /// The facts.
    pub fn values(&self) -> std::slice::Iter<'_, Fact> {
        self.0.iter()
    }

    /// The facts, to be changed; their paths must stay.
    pub fn values_mut(&mut self) -> std::slice::IterMut<'_, Fact> {
        self.0.iter_mut()
    }

    /// The paths.
    pub fn keys(&self) -> impl Iterator<Item = &str> {
        self.0.iter().map(|fact| &*fact.path)
    }

    /// How many there are.
    pub fn len(&self) -> usize {
        self.0.len()
    }

    /// Is there none?
    pub fn is_empty(&self) -> bool {
        self.0.is_empty()
    }

    /// Gives back the room that nobody uses.
    pub fn shrink(&mut self) {
        self.0.shrink_to_fit();
    }

    /// Where a path stands, or where it would.
    fn at(&self, path: &str) -> Result<usize, usize> {
        self.0.binary_search_by(|fact| (*fact.path).cmp(path))
    }
}

impl FromIterator<Fact> for Facts {
    /// Of two facts with one path the later counts.
    fn from_iter<I: IntoIterator<Item = Fact>>(facts: I) -> Self {
        let mut all = Self::default();
        facts.into_iter().for_each(|fact| all.insert(fact));
        all
    }
}

impl IntoIterator for Facts {
    type Item = Fact;
    type IntoIter = std::vec::IntoIter<Fact>;

    fn into_iter(self) -> Self::IntoIter {
        self.0.into_iter()
    }
}

impl<'a> IntoIterator for &'a Facts {
    type Item = &'a Fact;
    type IntoIter = std::slice::Iter<'a, Fact>;

    fn into_iter(self) -> Self::IntoIter {
        self.0.iter()
    }
}

impl<'a> IntoIterator for &'a mut Facts {
    type Item = &'a mut Fact;
    type IntoIter = std::slice::IterMut<'a, Fact>;

    fn into_iter(self) -> Self::IntoIter {
        self.0.iter_mut()
    }
}

/// Tests know their paths.
#[cfg(test)]
impl std::ops::Index<&str> for Facts {
    type Output = Fact;

    fn index(&self, path: &str) -> &Fact {
        self.get(path)
            .unwrap_or_else(|| panic!("no fact {path} in {self:?}"))
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn each_path_once_in_order() {
        let mut facts: Facts = [("b", 1), ("a", 2), ("b", 3)]
            .map(|(path, n)| Fact::set(path, i64::from(n)))
            .into_iter()
            .collect();
        assert_eq!(facts.keys().collect::<Vec<_>>(), ["a", "b"]);
        assert_eq!(facts["b"].value, 3.into());
        assert!(facts.get("c").is_none() && facts.contains_key("a"));
        facts.retain(|fact| fact.path != "a");
        assert_eq!(facts.remove("b").map(|f| f.value), Some(3.into()));
        assert!(facts.is_empty());
    }
}
