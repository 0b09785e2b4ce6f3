//! The plan for people: one block for each asset, one line for each thing that is touched, then the rights to grant.

use std::fmt::Write as _;

use super::{AssetPlan, Plan, Touch};
use crate::model::Lang;
use crate::text::plan as words;

/// How wide the column of names is at most.
const NAME: usize = 60;

pub(super) fn draw(plan: &Plan, lang: Lang) -> String {
    let mut out = String::new();
    let _ = writeln!(
        out,
        "{}\n{}",
        words::title(&plan.inventory, plan.as_of).get(lang),
        words::lead().get(lang)
    );
    for (at, asset) in plan.assets.iter().enumerate() {
        let before = plan.assets.iter().take(at);
        let mut same = before
            .filter(|other| !asset.touches.is_empty() && other.touches == asset.touches)
            .map(|other| other.id.as_str());
        block(&mut out, asset, same.next(), lang);
    }
    if !plan.documents.is_empty() {
        let _ = writeln!(out, "\n{}", words::label("documents").get(lang));
        for document in &plan.documents {
            let _ = writeln!(out, "  {document}");
        }
    }
    grants(&mut out, plan, lang);
    out
}

fn block(out: &mut String, asset: &AssetPlan, same: Option<&str>, lang: Lang) {
    let level = asset.level.map_or_else(String::new, |level| {
        format!(" · {}", words::level(level).get(lang))
    });
    let _ = writeln!(
        out,
        "\n{} ({}) {} · {}{level}",
        asset.id,
        asset.kind,
        asset.target,
        words::via(asset.via).get(lang)
    );
    if let Some(other) = same {
        let _ = writeln!(out, "  {}", words::same(other).get(lang));
        return;
    }
    let width = asset.touches.iter().map(|t| t.name.chars().count());
    let width = width.max().unwrap_or(0).min(NAME);
    for touch in &asset.touches {
        let what = words::what(touch.what);
        let line = format!(
            "  {:<9} {:<width$}  {}",
            what.get(lang),
            touch.name,
            detail(touch, lang)
        );
        let _ = writeln!(out, "{}", line.trim_end());
    }
    let count = asset.touches.len();
    let root = asset.touches.iter().filter(|t| t.root).count();
    let _ = writeln!(out, "  {}", words::count(count, root).get(lang));
}

fn detail(touch: &Touch, lang: Lang) -> String {
    let mut parts = Vec::new();
    if let Some(keep) = touch.keep {
        let words = words::keep(keep);
        let mut part = words.get(lang).to_owned();
        if !touch.lines.is_empty() {
            part.push_str(&format!(" ({})", touch.lines.join(" ")));
        }
        if let Some(reduction) = &touch.reduction {
            part = words::reduction(reduction).get(lang).to_owned();
        }
        parts.push(part);
    }
    if touch.root {
        parts.push("root".to_owned());
    }
    if !touch.serves.is_empty() {
        parts.push(format!("→ {}", touch.serves.join(", ")));
    }
    parts.join(" · ")
}

fn grants(out: &mut String, plan: &Plan, lang: Lang) {
    let Some(key) = &plan.grants.authorized_keys else {
        return;
    };
    let path = plan.script.path;
    let _ = writeln!(
        out,
        "\n{}\n  capdo collect --script > {path}\n  SHA-256 {}",
        words::label("script").get(lang),
        plan.script.sha256
    );
    let _ = writeln!(out, "\n{}", words::label("installed").get(lang));
    for line in &plan.grants.installed {
        let _ = writeln!(out, "{line}");
    }
    let _ = writeln!(
        out,
        "\n{}\n{key}",
        words::label("authorized_keys").get(lang)
    );
    if !plan.grants.sent.is_empty() {
        let _ = writeln!(out, "\n{}", words::label("sent").get(lang));
        for line in &plan.grants.sent {
            let _ = writeln!(out, "{line}");
        }
    }
}
