//! `capdo classify --draft`: the skeleton of a level dossier, with what is known filled in and what is missing named.

use std::fmt::Write as _;

use super::Pack;
use super::classify::{Case, line, summary};
use crate::law;
use crate::model::{
    AssetKind, Day, Hosting, InformationClass, Inventory, Lang, Level, System, Text,
};
use crate::text::dossier::{Part, field, part};

/// The dossiers of some systems, one after the other, as Markdown.
pub(super) fn draft(
    pack: &Pack,
    inventory: &Inventory,
    cases: &[Case<'_>],
    on: Day,
    lang: Lang,
) -> String {
    let mut parts = Vec::new();
    for case in cases {
        let mut sheet = Sheet {
            text: String::new(),
            lang,
            missing: Vec::new(),
        };
        sheet.dossier(pack, inventory, case, on);
        parts.push(sheet.text);
    }
    parts.join("\n---\n\n")
}

/// One dossier while it is written.
struct Sheet {
    text: String,
    lang: Lang,
    missing: Vec<String>,
}

impl Sheet {
    fn dossier(&mut self, pack: &Pack, inventory: &Inventory, case: &Case<'_>, on: Day) {
        let system = case.system;
        let level = case.found.level.unwrap_or(system.level).max(system.level);
        let title = part(Part::Title);
        let _ = writeln!(
            self.text,
            "# {}: {}\n\n{}",
            title.get(self.lang),
            cell(system.name.get(self.lang)),
            part(Part::Preface).get(self.lang)
        );
        self.overview(inventory, system);
        self.heading(Part::Design);
        self.line("design", None);
        self.grounds(pack, case, level);
        self.heading(Part::Plan);
        self.line("rules", None);
        self.plan(pack, inventory, system, level, on);
        if level.number() >= 4 {
            self.heading(Part::Opinion);
            self.line("opinion", None);
            self.line("risk_report", None);
        }
        self.heading(Part::MissingAll);
        for name in std::mem::take(&mut self.missing) {
            let _ = writeln!(self.text, "- [ ] {name}");
        }
    }

    fn overview(&mut self, inventory: &Inventory, system: &System) {
        self.heading(Part::Overview);
        let organisation = &inventory.organisation;
        self.line(
            "organisation",
            Some(organisation.name.get(self.lang).to_owned()),
        );
        self.line("tax_code", organisation.tax_code.clone());
        // Who decides on the investment is the owner (Art. 4.2), and the inventory does not tell who that is.
        self.line("owner", None);
        self.line("operator", None);
        self.line("scope", None);
        let (hosting, rented) = match system.hosting {
            Hosting::Own => ("own", false),
            Hosting::Datacentre => ("datacentre", true),
            Hosting::Cloud => ("cloud", true),
        };
        let hosting = field(hosting).get(self.lang).to_owned();
        self.line("hosting", Some(hosting));
        if rented {
            self.line("contract", None);
        }
        self.line("go_live", system.go_live.map(|d| self.day(d)));
        self.line("logical", None);
        self.line("physical", None);
        let assets = |kinds: &[AssetKind]| -> Option<String> {
            let own = inventory
                .assets
                .iter()
                .filter(|a| a.systems.contains(&system.id) && kinds.contains(&a.kind));
            let names: Vec<String> = own
                .map(|a| {
                    let roles = a.roles.join(", ");
                    let roles = if roles.is_empty() {
                        roles
                    } else {
                        format!(" ({roles})")
                    };
                    format!("{}{roles}", a.id)
                })
                .collect();
            (!names.is_empty()).then(|| names.join("; "))
        };
        self.line("devices", assets(&[AssetKind::Server]));
        self.line(
            "applications",
            assets(&[AssetKind::Endpoint, AssetKind::Config, AssetKind::Schema]),
        );
        self.line("zones", None);
    }

    fn grounds(&mut self, pack: &Pack, case: &Case<'_>, level: Level) {
        let system = case.system;
        self.heading(Part::Grounds);
        self.line("level", Some(level.to_string()));
        let classes = system.classification.information.as_ref().map(|classes| {
            let words: Vec<String> = classes
                .iter()
                .map(|class| field(class_word(*class)).get(self.lang).to_owned())
                .collect();
            words.join(", ")
        });
        self.line("information", classes);
        let kind = match (system.online_service, system.classification.internal) {
            (true, _) => Some("online"),
            (false, Some(true)) => Some("internal"),
            (false, Some(false) | None) => None,
        };
        self.line(
            "type",
            kind.map(|kind| field(kind).get(self.lang).to_owned()),
        );
        self.line(
            "people",
            system
                .data_subjects
                .map(|d| format!("{} / {}", d.basic, d.sensitive)),
        );
        self.line("risks", None);
        for said in summary(pack, case) {
            let _ = writeln!(self.text, "- {}", cell(said.get(self.lang)));
        }
        for key in &case.found.missing {
            self.missing.push((*key).to_owned());
        }
        let _ = writeln!(self.text, "\n### {}\n", part(Part::Data).get(self.lang));
        for branch in &case.found.branches {
            let said = line(pack, branch);
            let _ = writeln!(self.text, "- {}", cell(said.get(self.lang)));
        }
    }

    /// Each requirement of the level, to be answered one by one.
    fn plan(&mut self, pack: &Pack, inventory: &Inventory, system: &System, level: Level, on: Day) {
        let raised = System {
            level,
            ..system.clone()
        };
        let duties = law::duties(&pack.law, &inventory.organisation, &[raised], on);
        let _ = writeln!(
            self.text,
            "\n### {}\n\n| | | |\n|---|---|---|",
            part(Part::PlanTable).get(self.lang)
        );
        for duty in &duties {
            let Some(requirement) = pack.law.requirement(&duty.requirement) else {
                continue;
            };
            let number = pack
                .law
                .instrument(&requirement.instrument)
                .map_or("", |i| i.number.as_str());
            let _ = writeln!(
                self.text,
                "| {number} {} | {} | {} |",
                cell(requirement.clause(Some(level))),
                cell(requirement.title.get(self.lang)),
                part(Part::Missing).get(self.lang)
            );
        }
    }

    fn heading(&mut self, heading: Part) {
        let _ = writeln!(self.text, "\n## {}\n", part(heading).get(self.lang));
    }

    /// One line: what is known, or that it is missing.
    fn line(&mut self, key: &str, known: Option<String>) {
        let name = field(key).get(self.lang).to_owned();
        let value = match known {
            Some(value) => cell(&value),
            None => {
                self.missing.push(name.clone());
                part(Part::Missing).get(self.lang).to_owned()
            }
        };
        let _ = writeln!(self.text, "- {name}: {value}");
    }

    fn day(&self, day: Day) -> String {
        Text::new(day.vi(), day.to_string())
            .get(self.lang)
            .to_owned()
    }
}

fn class_word(class: InformationClass) -> &'static str {
    match class {
        InformationClass::Public => "public",
        InformationClass::Private => "private",
        InformationClass::Personal => "personal",
        InformationClass::StateSecret => "state-secret",
    }
}

/// Words of our users may not change the structure of the page.
fn cell(words: &str) -> String {
    let mut out = String::new();
    for c in words.chars() {
        match c {
            '|' | '\\' | '`' | '*' | '_' | '[' | ']' | '<' | '>' | '#' => {
                out.push('\\');
                out.push(c);
            }
            c if c.is_control() => out.push(' '),
            c => out.push(c),
        }
    }
    out
}
