//! The entries of an object: few, and there are many objects, so they stand side by side and not in a tree.

use std::borrow::Cow;

use super::Value;

/// Entries in the order of their names, each name once.
#[derive(Debug, Clone, Default, PartialEq)]
pub struct Object(Box<[(Cow<'static, str>, Value)]>);

impl Object {
    /// The value of a name.
    pub fn get(&self, name: &str) -> Option<&Value> {
        let at = self.0.binary_search_by(|(n, _)| (**n).cmp(name)).ok()?;
        self.0.get(at).map(|(_, value)| value)
    }

    /// The names with their values.
    pub fn iter(&self) -> impl Iterator<Item = (&str, &Value)> {
        self.0.iter().map(|(name, value)| (&**name, value))
    }
}

impl<K: Into<Cow<'static, str>>> FromIterator<(K, Value)> for Object {
    /// Of two entries with one name the later counts.
    fn from_iter<I: IntoIterator<Item = (K, Value)>>(entries: I) -> Self {
        let mut all: Vec<(Cow<'static, str>, Value)> =
            entries.into_iter().map(|(k, v)| (k.into(), v)).collect();
        // Stable: what came later stands later among equals.
        all.sort_by(|a, b| a.0.cmp(&b.0));
        all.reverse();
        all.dedup_by(|a, b| a.0 == b.0);
        all.reverse();
        Self(all.into())
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn names_are_in_order_and_the_later_of_two_counts() {
        let object = Object::from_iter([("b", 1.into()), ("a", 2.into()), ("b", Value::Int(3))]);
        let all: Vec<(&str, &Value)> = object.iter().collect();
        assert_eq!(all, [("a", &Value::Int(2)), ("b", &Value::Int(3))]);
        assert_eq!(object.get("b"), Some(&Value::Int(3)));
        assert_eq!(object.get("c"), None);
    }
}
