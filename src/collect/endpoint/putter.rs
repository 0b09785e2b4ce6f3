//! Puts leaves as facts of one subject.

use super::facts::CookieFacts;
use super::leaf::{Leaf, code};
use crate::model::{Fact, FactPath, Place, Subject, Value};

/// Puts facts of one subject at one place.
pub(super) struct Putter<'a> {
    /// The subject so far.
    pub(super) subject: Subject,
    place: &'a Place,
}

impl<'a> Putter<'a> {
    /// A subject without facts.
    pub(super) fn new(kind: &str, id: &str, place: &'a Place) -> Self {
        Self {
            subject: Subject::new(kind, id).at(place.clone()),
            place,
        }
    }

    /// A leaf; one that the line does not have becomes no fact.
    pub(super) fn leaf<T: Clone + IntoValue>(&mut self, path: impl Into<FactPath>, leaf: &Leaf<T>) {
        let value = leaf.v.clone().map(IntoValue::into_value);
        self.value(path, value, leaf.why.as_deref());
    }

    /// A text that is empty was not recorded.
    pub(super) fn text(&mut self, path: impl Into<FactPath>, text: &str) {
        if !text.is_empty() {
            self.value(path, Some(text.into()), None);
        }
    }

    /// A value, or why there is none; neither becomes no fact.
    pub(super) fn value(
        &mut self,
        path: impl Into<FactPath>,
        value: Option<Value>,
        why: Option<&str>,
    ) {
        let value = match (value, why) {
            (Some(value), _) => value,
            (None, Some(why)) => Value::unseen(code(why), why),
            (None, None) => return,
        };
        self.subject
            .put(Fact::derived(path, value).at(self.place.clone()));
    }
}

/// What a leaf holds, as a value of the engine.
pub(super) trait IntoValue {
    /// As a value.
    fn into_value(self) -> Value;
}

impl IntoValue for bool {
    fn into_value(self) -> Value {
        Value::Bool(self)
    }
}

impl IntoValue for i64 {
    fn into_value(self) -> Value {
        Value::Int(self)
    }
}

impl IntoValue for String {
    fn into_value(self) -> Value {
        Value::Text(self)
    }
}

impl<T: IntoValue> IntoValue for Vec<T> {
    fn into_value(self) -> Value {
        Value::list(self.into_iter().map(IntoValue::into_value))
    }
}

impl IntoValue for CookieFacts {
    fn into_value(self) -> Value {
        // A cookie that says nothing of other sites is one thing; a value not seen is another.
        let same_site = self.same_site.unwrap_or_else(|| "unset".to_owned());
        Value::map([
            ("name", Value::Text(self.name)),
            ("secure", Value::Bool(self.secure)),
            ("http_only", Value::Bool(self.http_only)),
            ("same_site", Value::Text(same_site)),
        ])
    }
}
