//! From `rules/vocabulary/*.yaml` to the vocabulary.

use super::lint;
use super::syntax::{FactSyntax, VocabularyFile};
use crate::model::{FactSpec, SubjectType, ValueType, Vocabulary};
use crate::parse::diagnostic::Diagnostics;
use crate::parse::shape::Shape;
use crate::parse::yaml::Document;

/// Adds the files to a vocabulary; a type that is there already is replaced.
pub(super) fn add(
    vocabulary: &mut Vocabulary,
    files: &[&(String, Vec<u8>)],
    mistakes: &mut Diagnostics,
) {
    let shape = Shape::of::<VocabularyFile>();
    for (name, bytes) in files {
        let read = Document::parse(name, bytes)
            .and_then(|doc| doc.decode::<VocabularyFile>(&shape).map(|f| (doc, f)));
        match read {
            Ok((document, file)) => {
                let stem = name
                    .rsplit('/')
                    .next()
                    .unwrap_or_default()
                    .trim_end_matches(".yaml");
                if file.schema != "capdo/vocabulary/1" {
                    mistakes.push(document.mistake(
                        &["schema".into()],
                        "this is no capdo/vocabulary/1",
                        None,
                    ));
                }
                if file.name != stem {
                    let message = format!(
                        "the type `{}` is not the name of the file, `{stem}`",
                        file.name
                    );
                    mistakes.push(document.mistake(&["type".into()], message, None));
                }
                lint::vocabulary(&document, &file, mistakes);
                for (path, fact) in &file.facts {
                    if (fact.kind == ValueType::Object) == fact.of.is_empty()
                        || (!fact.of.is_empty() && !fact.list)
                    {
                        let message = "an object stands only in a list, and its facts under `of`";
                        mistakes.push(document.mistake(
                            &["facts".into(), path.as_str().into()],
                            message,
                            None,
                        ));
                    }
                }
                vocabulary.types.insert(
                    file.name.clone(),
                    SubjectType {
                        asset: file.asset,
                        title: file.title,
                        open: file.open,
                        keyed: file.keyed,
                        facts: file
                            .facts
                            .into_iter()
                            .map(|(path, fact)| (path, spec(fact)))
                            .collect(),
                    },
                );
            }
            Err(found) => mistakes.extend(found),
        }
    }
}

fn spec(fact: FactSyntax) -> FactSpec {
    FactSpec {
        kind: fact.kind,
        list: fact.list,
        unit: fact.unit,
        meaning: fact.meaning,
        of: fact
            .of
            .into_iter()
            .map(|(path, fact)| (path, spec(fact)))
            .collect(),
    }
}
