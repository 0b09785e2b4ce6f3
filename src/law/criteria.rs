//! The criteria of the levels as a table: which requirement of which decree gives which level, and what it asks of
//! a system. The figures stand in the law; what a system is, the inventory tells.

use crate::model::{
    Harm, IndustrialControl, InformationClass, Infrastructure, National, OnlineBusiness, System,
};

/// One line of the table.
#[derive(Debug, Clone, Copy)]
pub struct Row {
    /// The level that it gives.
    pub level: u8,
    /// The requirement that holds its text, dates and figures.
    pub requirement: &'static str,
    /// What it asks.
    pub test: Test,
}

/// What a criterion asks of a system.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Test {
    /// Internal, and public information only.
    InternalPublic,
    /// Internal, private or personal information, no state secrets.
    InternalPersonal,
    /// An online service outside the conditional list.
    OtherBusiness,
    /// An online service on the conditional list.
    ConditionalBusiness,
    /// An online service with private or personal information of fewer people than every figure.
    Fewer,
    /// An online service with private or personal information of as many people as one of the figures, or more.
    AtLeast,
    /// Infrastructure for one organisation, or for a sector.
    Infrastructure(Infrastructure),
    /// A national system for e-government, or nationwide infrastructure that never stops unplanned.
    Nationwide,
    /// State secrets, defence, security, with this harm.
    Security(Harm),
    /// It settles administrative procedures.
    Administration,
    /// Online public services of degree 1 to 2, or of 3 and more.
    PublicService {
        /// The lowest degree.
        from: u8,
        /// The highest.
        to: u8,
    },
    /// It controls works of this class.
    Control(IndustrialControl),
    /// A central store of national data, or a link to other countries.
    National(National),
    /// By the risk framework or a decision of the Prime Minister: nothing that an inventory tells.
    Outside,
}

const fn row(level: u8, requirement: &'static str, test: Test) -> Row {
    Row {
        level,
        requirement,
        test,
    }
}

/// All criteria of all decrees, highest level first.
pub const TABLE: &[Row] = &[
    row(5, "nd331.15.1", Test::Security(Harm::Exceptional)),
    row(5, "nd331.15.2", Test::National(National::Data)),
    row(
        5,
        "nd331.15.3",
        Test::National(National::InternationalGateway),
    ),
    row(5, "nd331.15.4", Test::Control(IndustrialControl::Special)),
    row(5, "nd331.12.4", Test::Outside),
    row(4, "nd331.14.1", Test::Security(Harm::Serious)),
    row(4, "nd331.14.2", Test::Nationwide),
    row(4, "nd331.14.3", Test::Control(IndustrialControl::Class1)),
    row(4, "nd331.12.4", Test::Outside),
    row(3, "nd331.13.1", Test::Security(Harm::Plain)),
    row(3, "nd331.13.2.c", Test::AtLeast),
    row(3, "nd331.13.2.a", Test::ConditionalBusiness),
    row(3, "nd331.13.2.b", Test::Administration),
    row(
        3,
        "nd331.13.3",
        Test::Infrastructure(Infrastructure::Sector),
    ),
    row(3, "nd331.13.4", Test::Control(IndustrialControl::Class2To4)),
    row(3, "nd331.12.4", Test::Outside),
    row(2, "nd331.12.1", Test::InternalPersonal),
    row(2, "nd331.12.2.a", Test::OtherBusiness),
    row(2, "nd331.12.2.b", Test::Fewer),
    row(2, "nd331.12.3", Test::Infrastructure(Infrastructure::One)),
    row(2, "nd331.12.4", Test::Outside),
    row(1, "nd331.11.1", Test::InternalPublic),
    row(1, "nd331.12.4", Test::Outside),
    row(5, "nd85.11.1", Test::Security(Harm::Exceptional)),
    row(5, "nd85.11.2", Test::National(National::Data)),
    row(
        5,
        "nd85.11.3",
        Test::National(National::InternationalGateway),
    ),
    row(5, "nd85.11.4", Test::Control(IndustrialControl::Special)),
    row(4, "nd85.10.1", Test::Security(Harm::Serious)),
    row(4, "nd85.10.2", Test::Nationwide),
    row(4, "nd85.10.4", Test::Control(IndustrialControl::Class1)),
    row(3, "nd85.9.1", Test::Security(Harm::Plain)),
    row(3, "nd85.9.2", Test::AtLeast),
    row(3, "nd85.9.2.b", Test::ConditionalBusiness),
    row(
        3,
        "nd85.9.2.a",
        Test::PublicService {
            from: 3,
            to: u8::MAX,
        },
    ),
    row(3, "nd85.9.3", Test::Infrastructure(Infrastructure::Sector)),
    row(3, "nd85.9.4", Test::Control(IndustrialControl::Class2To4)),
    row(2, "nd85.8.1", Test::InternalPersonal),
    row(2, "nd85.8.2.a", Test::PublicService { from: 1, to: 2 }),
    row(2, "nd85.8.2.b", Test::OtherBusiness),
    row(2, "nd85.8.2.c", Test::Fewer),
    row(2, "nd85.8.3", Test::Infrastructure(Infrastructure::One)),
    row(1, "nd85.7", Test::InternalPublic),
];

/// Yes, no, or not told, with the keys of the inventory that would tell.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) struct Answer {
    /// The answer; none where something is not told.
    pub(super) truth: Option<bool>,
    /// What is not told, without which there is no answer.
    pub(super) missing: Vec<&'static str>,
}

impl Answer {
    fn known(truth: bool) -> Self {
        Self {
            truth: Some(truth),
            missing: Vec::new(),
        }
    }

    fn told(key: &'static str, truth: Option<bool>) -> Self {
        Self {
            truth,
            missing: if truth.is_none() {
                vec![key]
            } else {
                Vec::new()
            },
        }
    }

    /// Both; one `no` suffices for `no`.
    fn and(mut self, other: Self) -> Self {
        match (self.truth, other.truth) {
            (Some(false), _) | (_, Some(false)) => Self::known(false),
            (Some(true), Some(true)) => Self::known(true),
            (None, _) | (_, None) => {
                self.missing.extend(other.missing);
                Self {
                    truth: None,
                    missing: self.missing,
                }
            }
        }
    }

    /// One of them; one `yes` suffices for `yes`.
    fn or(mut self, other: Self) -> Self {
        match (self.truth, other.truth) {
            (Some(true), _) | (_, Some(true)) => Self::known(true),
            (Some(false), Some(false)) => Self::known(false),
            (None, _) | (_, None) => {
                self.missing.extend(other.missing);
                Self {
                    truth: None,
                    missing: self.missing,
                }
            }
        }
    }
}

/// A figure of the law and the count that stands against it.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Measure {
    /// The name of the figure.
    pub figure: String,
    /// The number of people that the inventory tells.
    pub count: u64,
    /// The figure.
    pub limit: u64,
}

/// Does a system meet a criterion with these measures? The measures are empty where no counts are told.
pub(super) fn answer(test: Test, system: &System, measures: &[Measure]) -> Answer {
    let told = &system.classification;
    let online = Answer::known(system.online_service);
    match test {
        Test::InternalPublic => internal(system).and(Answer::told(
            "classification.information",
            information(system, &|classes| {
                classes.iter().all(|c| *c == InformationClass::Public)
            }),
        )),
        Test::InternalPersonal => internal(system).and(personal(system)).and(Answer::told(
            "classification.information",
            told.information
                .as_ref()
                .map(|classes| !classes.contains(&InformationClass::StateSecret)),
        )),
        Test::OtherBusiness => online.and(Answer::known(
            told.online_business == Some(OnlineBusiness::Other),
        )),
        // A postal company: its online services are taken as postal ones where nothing else is told.
        Test::ConditionalBusiness => online.and(Answer::known(
            told.online_business != Some(OnlineBusiness::Other),
        )),
        Test::Fewer => online.and(counts(measures, system, &|all| {
            all.iter().all(|m| m.count < m.limit)
        })),
        Test::AtLeast => online.and(counts(measures, system, &|all| {
            all.iter().any(|m| m.count >= m.limit)
        })),
        Test::Infrastructure(wanted) => Answer::told(
            "classification.infrastructure",
            told.infrastructure.map(|i| i == wanted),
        ),
        Test::Nationwide => national(system, National::EGovernment).or(Answer::told(
            "classification.infrastructure",
            told.infrastructure.map(|i| i == Infrastructure::Nationwide),
        )
        .and(Answer::told("classification.continuous", told.continuous))),
        Test::Security(wanted) => Answer::told(
            "classification.security_harm",
            told.security_harm.map(|harm| harm == wanted),
        ),
        Test::Administration => Answer::told(
            "classification.public_administration",
            told.public_administration,
        ),
        Test::PublicService { from, to } => Answer::told(
            "classification.public_service_degree",
            told.public_service_degree
                .map(|degree| (from..=to).contains(&degree)),
        ),
        Test::Control(wanted) => Answer::told(
            "classification.industrial_control",
            told.industrial_control.map(|control| control == wanted),
        ),
        Test::National(wanted) => national(system, wanted),
        Test::Outside => Answer::known(false),
    }
}

/// An online service serves others, so it is not internal.
fn internal(system: &System) -> Answer {
    let told = if system.online_service {
        Some(false)
    } else {
        system.classification.internal
    };
    Answer::told("classification.internal", told)
}

/// Private or personal information: told, or seen from the counts of people.
fn personal(system: &System) -> Answer {
    let by_counts = system
        .data_subjects
        .is_some_and(|d| d.basic > 0 || d.sensitive > 0);
    let told = information(system, &|classes| {
        classes
            .iter()
            .any(|c| matches!(c, InformationClass::Private | InformationClass::Personal))
    });
    Answer::told(
        "classification.information",
        if by_counts { Some(true) } else { told },
    )
}

/// What holds of the classes of information; people's data are personal information whatever else is told.
fn information(system: &System, holds: &dyn Fn(&[InformationClass]) -> bool) -> Option<bool> {
    let mut classes: Vec<InformationClass> = system
        .classification
        .information
        .iter()
        .flatten()
        .copied()
        .collect();
    let people = system
        .data_subjects
        .is_some_and(|d| d.basic > 0 || d.sensitive > 0);
    if people && !classes.contains(&InformationClass::Personal) {
        classes.push(InformationClass::Personal);
    }
    let told = system.classification.information.is_some();
    // A class that is known already can settle it, before all of them are told.
    match holds(&classes) {
        answer if told => Some(answer),
        false if people => Some(false),
        false | true => None,
    }
}

fn counts(measures: &[Measure], system: &System, holds: &dyn Fn(&[Measure]) -> bool) -> Answer {
    let told = (!measures.is_empty()).then(|| holds(measures));
    Answer::told("data_subjects", told).and(personal(system))
}

fn national(system: &System, wanted: National) -> Answer {
    let told = system.classification.national.as_ref();
    Answer::told("classification.national", told.map(|n| n.contains(&wanted)))
}
