//! The nouns of capdo: level, law, control, check, fact, judgement, inventory, run; and the trait [`Source`].
//!
//! Everything else imports this module; it imports nothing of ours. It holds data and the smallest
//! conversions, never I/O, never a verdict.

mod asset;
mod check;
mod classification;
mod control;
mod data_map;
mod day;
mod duty;
mod fact;
mod facts;
mod finding;
mod inventory;
mod judgement;
mod law;
mod level;
mod masks;
mod object;
mod remedy;
mod remote;
mod run;
mod sanction;
mod shared;
mod source;
mod vocabulary;
mod words;

pub use asset::{
    Asset, Authorised, CallerFiles, HostLists, MailDomain, PeopleFiles, Sample, Target,
};
pub use check::{Count, Literal, Op, Operand, Path, Predicate, Quantifier, Reach, WhenEmpty};
pub use classification::{
    Harm, IndustrialControl, InformationClass, Infrastructure, National, OnlineBusiness, Traits,
};
pub use control::{
    Absent, Asked, Bearing, Control, Example, Expectation, Parameter, ParameterSource,
    ParameterValue, References, RulePack, Selection, Tighten,
};
pub use data_map::DataPlace;
pub use day::Day;
pub use duty::{Duty, ORG};
pub use fact::{
    Collected, Fact, FactPath, InlineWaiver, List, Origin, Place, Seen, Sensitivity, Sight,
    Subject, Value, Why,
};
pub use facts::Facts;
pub use finding::*;
pub use inventory::{
    Assessor, AssessorKind, Attestation, CodeReversal, DataSubjects, Declared, EvidenceFile,
    Hosting, Incident, IncidentKind, Inventory, LevelDecision, Organisation, Ownership, Period,
    ProtectionKind, Regime, Signer, Size, System, Waiver, WaiverDisposition,
};
pub use judgement::{Actual, Disposition, Judgement, Reason, ResultWord};
pub use law::{
    AppliesIf, Binds, Condition, Figure, FigureUnit, Instrument, InstrumentKind, Law, Otherwise,
    Reading, Requirement, Scope, Strength, Transition,
};
pub use level::{Level, LevelSet};
pub use masks::{AddressMask, MaskProfile, NameMask, PhoneMask, ShowMask};
pub use object::Object;
pub use remedy::{
    Deployment, DossierStage, RemedyEntry, RemedyPlan, ReportHead, ReportPeriod, SystemPlan,
};
pub use remote::Remote;
pub use run::*;
pub use sanction::{Exposure, FineRange, FineUnit, Payer, Sanction};
pub use shared::{Name, Names, Shared};
pub use source::{Command, Entry, EntryKind, Output, Source, SourceError};
pub use vocabulary::{FactSpec, SubjectType, ValueType, Vocabulary, keyed};
pub use words::{AssetKind, Force, Lang, Severity, Text};
