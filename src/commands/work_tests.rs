//! Properties of a whole run over the sample company.

use std::path::Path;
use std::sync::LazyLock;

use clap::Parser;
use proptest::prelude::*;

use super::*;
use crate::cli::{Cli, Command};
use crate::commands::embedded;
use crate::input;
use crate::model::{Disposition, ResultWord, Status};

static PACK: LazyLock<Pack> = LazyLock::new(|| embedded().unwrap());

static SAMPLE: LazyLock<Inventory> = LazyLock::new(|| {
    let path = Path::new(env!("CARGO_MANIFEST_DIR")).join("sample-configs/capdo.yaml");
    input::load(&path, &PACK.law, &PACK.rules).unwrap_or_else(|mistakes| panic!("{mistakes}"))
});

fn run_of(inventory: &Inventory) -> Run {
    let Command::Audit(args) = Cli::parse_from(["capdo", "audit"]).command else {
        unreachable!()
    };
    let mut run = Work {
        pack: &PACK,
        inventory,
        scan: None,
        changed: None,
        as_of: Day::parse("2026-11-23").unwrap(),
        now: "2026-11-23T00:00:00Z".parse().unwrap(),
        gate: &args.gate,
        work: &args.work,
        input_bytes: Vec::new(),
        baseline: None,
        quiet: true,
    }
    .run()
    .unwrap();
    run.run.finished.clear();
    run
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(6))]
    #[test]
    fn the_order_of_input_never_changes_the_run(seed in any::<u64>()) {
        let mut shuffled = SAMPLE.clone();
        // A cheap shuffle: by a keyed hash of the id.
        let key = |id: &str| {
            let mut hash = Sha256::new();
            hash.update(seed.to_le_bytes());
            hash.update(id.as_bytes());
            hash.finalize().to_vec()
        };
        shuffled.assets.sort_by_key(|a| key(&a.id));
        shuffled.attestations.sort_by_key(|a| key(&a.id));
        shuffled.waivers.sort_by_key(|w| key(&w.id));
        let text = |run: &Run| serde_json::to_string_pretty(run).unwrap();
        let (plain, other) = (text(&run_of(&SAMPLE)), text(&run_of(&shuffled)));
        let differs = plain.lines().zip(other.lines()).find(|(a, b)| a != b);
        prop_assert!(differs.is_none(), "{differs:?}");
    }
}

#[test]
fn nothing_is_met_without_a_pass_or_an_attestation() {
    let run = run_of(&SAMPLE);
    let mut met = 0;
    for requirement in &run.requirements {
        for system in requirement
            .systems
            .iter()
            .filter(|s| s.status == Status::Met)
        {
            met += 1;
            let passed = run
                .findings
                .iter()
                .filter(|f| requirement.findings.contains(&f.id))
                .any(|f| {
                    let here = system.id == ORG || f.systems.contains(&system.id);
                    let excused = matches!(
                        f.disposition,
                        Disposition::Compensating | Disposition::FalsePositive
                    );
                    here && (matches!(f.result, ResultWord::Pass | ResultWord::Fixed) || excused)
                });
            assert!(
                passed || !requirement.attestations.is_empty(),
                "{} for {}",
                requirement.id,
                system.id
            );
        }
    }
    assert!(met > 0, "the sample company meets something");
}

#[test]
fn without_assets_and_attestations_nothing_is_met() {
    let mut bare = SAMPLE.clone();
    bare.assets.clear();
    bare.attestations.clear();
    bare.waivers.clear();
    let run = run_of(&bare);
    // What the inventory itself says of levels still counts; nothing that an asset would have to show does.
    for requirement in &run.requirements {
        for system in requirement
            .systems
            .iter()
            .filter(|s| s.status == Status::Met)
        {
            let own = run
                .findings
                .iter()
                .filter(|f| requirement.findings.contains(&f.id) && f.asset == INVENTORY_ASSET);
            assert!(own.count() > 0, "{} for {}", requirement.id, system.id);
        }
    }
    assert!(run.gate.exit_code != 0);
}

#[test]
fn a_waived_gap_stays_a_gap_and_an_ended_waiver_counts_for_nothing() {
    let run = run_of(&SAMPLE);
    let waived = run
        .findings
        .iter()
        .find(|f| f.disposition == Disposition::Waived)
        .unwrap();
    assert_eq!(waived.result, ResultWord::Fail);
    let ended = run.waivers.iter().find(|w| !w.active).unwrap();
    assert!(
        ended
            .remark
            .as_ref()
            .is_some_and(|r| r.code == "waiver-ended")
    );
    assert!(
        run.findings
            .iter()
            .filter(|f| f.waiver.as_ref().is_some_and(|w| !w.active))
            .all(|f| f.disposition == Disposition::None)
    );
}

#[test]
fn an_attestation_out_of_date_decides_nothing() {
    let run = run_of(&SAMPLE);
    let ended = run.attestations.iter().find(|a| !a.in_date).unwrap();
    let requirement = run
        .requirements
        .iter()
        .find(|r| r.id == ended.requirement)
        .unwrap();
    assert!(!requirement.attestations.contains(&ended.id));
}
