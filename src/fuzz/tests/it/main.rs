//! Every target on its seeds, once.

use entrenous_fuzz::{Corpus, TARGETS};
use std::collections::BTreeSet;
use std::fs;
use std::path::{Path, PathBuf};

fn fuzz() -> PathBuf {
    Path::new(env!("CARGO_MANIFEST_DIR")).join("../../fuzz")
}

#[test]
fn every_target_takes_its_seeds() {
    let corpus = Corpus::recorded().unwrap();
    assert_eq!((corpus.exchanges.len(), corpus.actors.len()), (607, 22));
    let (mut names, mut broken) = (Vec::new(), Vec::new());
    for target in TARGETS {
        let seeds = (target.seeds)(&corpus);
        assert!(seeds.len() >= 3, "{} has {} seeds", target.name, seeds.len());
        let fit = seeds.iter().filter(|seed| seed.len() <= target.longest).count();
        assert!(fit * 2 > seeds.len(), "{}: most seeds are too long", target.name);
        let run = || {
            for seed in &seeds {
                (target.run)(seed);
                // Half of it.
                (target.run)(&seed[..seed.len() / 2]);
            }
            (target.run)(b"");
        };
        // Of each that breaks something is said, not of the first alone.
        if std::panic::catch_unwind(run).is_err() {
            broken.push(target.name);
        }
        names.push(target.name);
    }
    assert!(names.is_sorted());
    assert_eq!(broken, Vec::<&str>::new());
}

/// The crate with the engine is built by `cargo xtask fuzz` alone: here it is seen that it has every target.
#[test]
fn every_target_has_its_binary() {
    let manifest = fs::read_to_string(fuzz().join("Cargo.toml")).unwrap();
    let mut files = BTreeSet::new();
    for entry in fs::read_dir(fuzz().join("fuzz_targets")).unwrap() {
        files.insert(entry.unwrap().file_name().into_string().unwrap());
    }
    for target in TARGETS {
        let name = target.name;
        let bin = format!("[[bin]]\nname = \"{name}\"\npath = \"fuzz_targets/{name}.rs\"\n");
        assert!(manifest.contains(&bin), "fuzz/Cargo.toml has no {name}");
        let file = format!("{name}.rs");
        let text = fs::read_to_string(fuzz().join("fuzz_targets").join(&file)).unwrap();
        let expected = format!(
            "//! {}.\n#![no_main]\n\nlibfuzzer_sys::fuzz_target!(|data: &[u8]| entrenous_fuzz::run(\"{name}\", data));\n",
            target.about
        );
        assert_eq!(text, expected, "{file}");
        assert!(files.remove(&file));
    }
    assert!(files.is_empty(), "without a target: {files:?}");
}
