//! From `rules/controls/**.yaml` to controls; every mistake of every file at once.

use std::collections::BTreeMap;

use super::lint;
use super::predicate::{Compiler, Wrong};
use super::syntax::{ControlFile, ExampleSyntax, ParameterSyntax, PredicateSyntax};
use super::vocabulary;
use crate::model::{
    Bearing, Control, Example, Force, Law, Level, LevelSet, Parameter, ParameterSource, Predicate,
    ResultWord, RulePack, Vocabulary, keyed,
};
use crate::parse::diagnostic::{Diagnostic, Diagnostics};
use crate::parse::shape::{Shape, nearest};
use crate::parse::yaml::{Document, Step};

/// The level at which examples are judged that name none.
const EXAMPLE_LEVEL: u8 = 3;

/// Members of a set that are no controls: a signed statement, and every control that bears on the requirement.
const WORDS: [&str; 2] = ["attestation", "controls"];

/// The shape of a control file, for checking and for editors.
pub fn control_shape() -> Shape {
    Shape::of::<ControlFile>()
}

/// Reads the files of a pack, each with its name and bytes, and puts them over a pack that is there already.
///
/// # Errors
/// Every mistake of every file.
pub fn load(
    base: RulePack,
    law: &Law,
    files: &[(String, Vec<u8>)],
) -> Result<RulePack, Diagnostics> {
    let mut mistakes = Diagnostics::default();
    let mut pack = base;
    let (words, controls): (Vec<_>, Vec<_>) = files
        .iter()
        .partition(|(name, _)| name.contains("vocabulary/"));
    vocabulary::add(&mut pack.vocabulary, &words, &mut mistakes);
    let shape = control_shape();
    let mut by_id: BTreeMap<String, Control> =
        pack.controls.drain(..).map(|c| (c.id.clone(), c)).collect();
    let mut files_by_id: BTreeMap<String, &str> = BTreeMap::new();
    for (name, bytes) in controls {
        let read = Document::parse(name, bytes)
            .and_then(|doc| doc.decode::<ControlFile>(&shape).map(|f| (doc, f)));
        let (document, file) = match read {
            Ok(read) => read,
            Err(found) => {
                mistakes.extend(found);
                continue;
            }
        };
        let control = compile(&document, &file, law, &pack.vocabulary, &mut mistakes);
        if let Some(first) = files_by_id.insert(control.id.clone(), name) {
            let message = format!("`{}` stands twice (first in {first})", control.id);
            mistakes.push(document.mistake(&["id".into()], message, None));
        }
        if let Some(twin) = lint::twin(&control, by_id.values()) {
            let message = format!("{} asserts the same of the same subject", twin.id);
            mistakes.push(document.mistake(&["assert".into()], message, None));
        }
        by_id.insert(control.id.clone(), control);
    }
    pack.controls = by_id.into_values().collect();
    decided_by(law, &pack, &mut mistakes);
    mistakes.into_result(pack)
}

/// The sets that decide a requirement name only words that we know and controls that bear on it.
fn decided_by(law: &Law, pack: &RulePack, mistakes: &mut Diagnostics) {
    for requirement in &law.requirements {
        for id in requirement.decided_by.iter().flatten() {
            if WORDS.contains(&id.as_str()) {
                continue;
            }
            let bears = |c: &Control| c.satisfies.iter().any(|b| b.requirement == requirement.id);
            let message = match pack.control(id) {
                Some(control) if bears(control) => continue,
                Some(_) => format!(
                    "{}: `{id}` stands in decided_by and does not bear on it",
                    requirement.id
                ),
                None => format!(
                    "{}: decided_by names `{id}`, and there is no such control",
                    requirement.id
                ),
            };
            let near = nearest(id, pack.controls.iter().map(|c| c.id.as_str()));
            let help = near.map_or_else(
                || "name controls, `controls` or `attestation`".to_owned(),
                |near| format!("did you mean `{near}`?"),
            );
            let file = format!("rules/law/{}.yaml", requirement.instrument);
            mistakes.push(Diagnostic::of_file(&file, message, help));
        }
    }
}

fn compile(
    doc: &Document,
    file: &ControlFile,
    law: &Law,
    words: &Vocabulary,
    mistakes: &mut Diagnostics,
) -> Control {
    head(doc, file, words, mistakes);
    let satisfies = bearings(doc, file, law, mistakes);
    let reach = satisfies
        .iter()
        .filter_map(|b| law.requirement(&b.requirement))
        .fold(LevelSet::NONE, |set, r| set.union(r.levels));
    let levels = file.levels.set().unwrap_or_else(|| {
        mistakes.push(doc.mistake(
            &["levels".into()],
            "levels are written `2+`, `3`, `1..3` or `[1, 2]`",
            None,
        ));
        LevelSet::ALL
    });
    if !reach.is_empty() && !levels.is_subset(reach) {
        let message = format!("levels {levels} go beyond those of its requirements, {reach}");
        mistakes.push(doc.mistake(&["levels".into()], message, None));
    }
    let parameters: Vec<Parameter> = file
        .parameters
        .iter()
        .map(|(name, p)| parameter(doc, name, p, levels, law, mistakes))
        .collect();
    let mut compiler = Compiler {
        vocabulary: words,
        subject: &file.subject,
        parameters: file.parameters.keys().map(String::as_str).collect(),
        wrong: Vec::new(),
    };
    let assert = compiler.predicate(&file.assert, None, &["assert".to_owned()]);
    let when = file
        .when
        .as_ref()
        .map(|when: &PredicateSyntax| compiler.predicate(when, None, &["when".to_owned()]));
    for wrong in std::mem::take(&mut compiler.wrong) {
        place(doc, wrong, mistakes);
    }
    unused(doc, file, &assert, when.as_ref(), mistakes);
    lint::control(doc, file, &assert, mistakes);
    let examples = examples(doc, file, levels, words, mistakes);
    Control {
        id: file.id.clone(),
        title: file.title.clone().into(),
        asset: file.asset,
        subject: file.subject.clone(),
        severity: file.severity,
        force: file.force,
        absent: file.absent,
        levels,
        satisfies,
        parameters,
        when,
        assert,
        rationale: file.rationale.clone(),
        remediation: file.remediation.clone().into(),
        references: file.references.clone(),
        examples,
        file: doc.file.to_string(),
    }
}

fn head(doc: &Document, file: &ControlFile, words: &Vocabulary, mistakes: &mut Diagnostics) {
    if file.schema != "capdo/control/1" {
        mistakes.push(doc.mistake(&["schema".into()], "this is no capdo/control/1", None));
    }
    let stem = doc
        .file
        .rsplit('/')
        .next()
        .unwrap_or_default()
        .trim_end_matches(".yaml");
    if file.id != stem {
        let message = format!("the id `{}` is not the name of the file, `{stem}`", file.id);
        mistakes.push(doc.mistake(&["id".into()], message, None));
    }
    match words.of(&file.subject) {
        None => {
            let near = nearest(&file.subject, words.types.keys().map(String::as_str));
            let help = near.map(|n| format!("did you mean `{n}`?"));
            mistakes.push(doc.mistake(
                &["subject".into()],
                format!("no subject type `{}`", file.subject),
                help,
            ));
        }
        Some(found) if found.asset != file.asset => {
            let message = format!("`{}` is found in a {}", file.subject, found.asset.word());
            mistakes.push(doc.mistake(&["asset".into()], message, None));
        }
        Some(_) => {}
    }
    if let (_, Some(key)) = keyed(&file.subject)
        && !file.satisfies.iter().any(|b| b.id == key)
    {
        let message = format!("it is the paper of `{key}`, which `satisfies` does not name");
        mistakes.push(doc.mistake(&["subject".into()], message, None));
    }
    let wanted = [ResultWord::Pass, ResultWord::Fail];
    for word in wanted {
        let informational =
            word == ResultWord::Fail && file.severity == crate::model::Severity::Info;
        let expected = if informational {
            ResultWord::Informational
        } else {
            word
        };
        if !file.examples.iter().any(|e| e.expect == expected) {
            let message = format!("no example expects `{}`", expected.word());
            mistakes.push(doc.mistake(&["examples".into()], message, None));
        }
    }
    if !file.examples.iter().any(|e| e.expect.is_undecided()) {
        let message = "no example for what could not be seen (error, unknown or notchecked)";
        mistakes.push(doc.mistake(&["examples".into()], message, None));
    }
}

fn bearings(
    doc: &Document,
    file: &ControlFile,
    law: &Law,
    mistakes: &mut Diagnostics,
) -> Vec<Bearing> {
    if file.satisfies.is_empty() {
        mistakes.push(doc.mistake(
            &["satisfies".into()],
            "a control bears on at least one requirement",
            None,
        ));
    }
    for (index, bearing) in file.satisfies.iter().enumerate() {
        if law.requirement(&bearing.id).is_none() {
            let near = nearest(&bearing.id, law.requirements.iter().map(|r| r.id.as_str()));
            mistakes.push(doc.mistake(
                &["satisfies".into(), index.into()],
                format!("no requirement `{}`", bearing.id),
                near.map(|n| format!("did you mean `{n}`?")),
            ));
        }
    }
    file.satisfies
        .iter()
        .map(|b| Bearing {
            requirement: b.id.clone(),
            full: b.full,
        })
        .collect()
}

fn parameter(
    doc: &Document,
    name: &str,
    written: &ParameterSyntax,
    levels: LevelSet,
    law: &Law,
    mistakes: &mut Diagnostics,
) -> Parameter {
    let mut by = Vec::new();
    for (index, source) in written.by.iter().enumerate() {
        let at = [
            Step::Key("parameters"),
            Step::Key(name),
            Step::Key("by"),
            Step::Item(index),
        ];
        let Some(requirement) = law.requirement(&source.source) else {
            let near = nearest(
                &source.source,
                law.requirements.iter().map(|r| r.id.as_str()),
            );
            let help = near.map(|n| format!("did you mean `{n}`?"));
            mistakes.push(doc.mistake(&at, format!("no requirement `{}`", source.source), help));
            continue;
        };
        let converted = |figure: &crate::model::Figure| -> Option<BTreeMap<u8, i64>> {
            figure
                .values
                .iter()
                .map(|(l, v)| Some((*l, figure.unit.convert(*v, written.unit)?)))
                .collect()
        };
        match &source.figure {
            Some(figure) => match requirement
                .figures
                .get(figure)
                .map(|f| (converted(f), f.force))
            {
                Some((Some(values), force)) => {
                    by.push(ParameterSource {
                        source: source.source.clone(),
                        values,
                        force,
                    });
                }
                Some((None, _)) => {
                    mistakes.push(doc.mistake(
                        &at,
                        format!("`{figure}` does not convert to this unit"),
                        None,
                    ));
                }
                None => {
                    let known: Vec<&str> = requirement.figures.keys().map(String::as_str).collect();
                    let help = format!("figures there: {}", known.join(", "));
                    mistakes.push(doc.mistake(
                        &at,
                        format!("no figure `{figure}` in {}", source.source),
                        Some(help),
                    ));
                }
            },
            None => {
                let agrees = requirement.figures.is_empty()
                    || requirement
                        .figures
                        .values()
                        .filter_map(converted)
                        .any(|law_values| {
                            source
                                .values
                                .iter()
                                .all(|(level, value)| law_values.get(level) == Some(value))
                        });
                if source.values.is_empty() {
                    mistakes.push(doc.mistake(&at, "`figure` or `values` is missing", None));
                } else if !agrees {
                    let message = format!("these values are not those of {}", source.source);
                    mistakes.push(doc.mistake(
                        &at,
                        message,
                        Some("name its `figure` instead".into()),
                    ));
                }
                let values = source.values.clone();
                by.push(ParameterSource {
                    source: source.source.clone(),
                    values,
                    force: Force::Binding,
                });
            }
        }
    }
    let valued = |level: Level| {
        by.iter()
            .any(|source| source.values.contains_key(&level.number()))
    };
    let without: Vec<String> = levels
        .iter()
        .filter(|l| !valued(*l))
        .map(|l| l.to_string())
        .collect();
    if !without.is_empty() && !by.is_empty() {
        let message = format!("no value at level {}", without.join(", "));
        let help = "leave these levels out of `levels`".to_owned();
        mistakes.push(doc.mistake(&["parameters".into(), name.into()], message, Some(help)));
    }
    Parameter {
        name: name.to_owned(),
        unit: written.unit,
        tighten: written.tighten,
        by,
    }
}

fn unused(
    doc: &Document,
    file: &ControlFile,
    assert: &Predicate,
    when: Option<&Predicate>,
    mistakes: &mut Diagnostics,
) {
    let mut named = Vec::new();
    for predicate in [Some(assert), when].into_iter().flatten() {
        predicate.each_op(&mut |_, op| {
            op.operands(&mut |operand| {
                if let crate::model::Operand::Param(name) = operand {
                    named.push(name.clone());
                }
            });
        });
    }
    for name in file.parameters.keys().filter(|name| !named.contains(name)) {
        let message = format!("the parameter `{name}` is not used");
        mistakes.push(doc.mistake(&["parameters".into(), name.as_str().into()], message, None));
    }
}

fn examples(
    doc: &Document,
    file: &ControlFile,
    levels: LevelSet,
    words: &Vocabulary,
    mistakes: &mut Diagnostics,
) -> Vec<Example> {
    let default = Level::new(EXAMPLE_LEVEL)
        .filter(|l| levels.contains(*l))
        .or_else(|| levels.iter().next());
    let make = |(index, e): (usize, &ExampleSyntax)| {
        let known = words.of(&file.subject);
        for path in e.facts.keys() {
            let outward = ["asset.", "system.", "org.", "host."]
                .iter()
                .any(|prefix| path.starts_with(prefix));
            if !outward && known.is_some_and(|t| !t.facts.contains_key(path)) {
                let steps = [
                    "examples".into(),
                    index.into(),
                    "facts".into(),
                    path.as_str().into(),
                ];
                mistakes.push(doc.mistake(
                    &steps,
                    format!("no fact `{path}` in `{}`", file.subject),
                    None,
                ));
            }
        }
        Example {
            name: e.name.clone(),
            level: e.level.or(default).unwrap_or(Level::ALL[0]),
            facts: e
                .facts
                .iter()
                .map(|(path, value)| (path.clone(), value.to_string()))
                .collect(),
            absent: e.absent,
            as_of: e.as_of,
            parameters: e.parameters.clone(),
            expect: e.expect,
        }
    };
    file.examples.iter().enumerate().map(make).collect()
}

fn place(doc: &Document, (steps, message): Wrong, mistakes: &mut Diagnostics) {
    let steps: Vec<Step<'_>> = steps
        .iter()
        .map(|s| s.parse::<usize>().map_or(Step::Key(s.as_str()), Step::Item))
        .collect();
    mistakes.push(doc.mistake(&steps, message, None));
}
