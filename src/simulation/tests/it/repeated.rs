//! The same seed is the same run, to the microsecond: also in another thread, and in another process with other keys.

use entrenous_simulation::house::Pool;
use entrenous_simulation::story;
use std::process::Command;
use std::sync::Arc;

#[test]
fn a_seed_is_one_run_in_this_process() {
    let pool = Arc::new(Pool::make().unwrap());
    for seed in 11..17 {
        let run = || {
            let pool = Arc::clone(&pool);
            let one = std::thread::spawn(move || story::run(seed, &pool).unwrap())
                .join()
                .unwrap();
            let shown: Vec<String> = one.journal.entries().iter().map(ToString::to_string).collect();
            (one.journal.fingerprint(), shown)
        };
        let (first, second) = (run(), run());
        let other = first.1.iter().zip(&second.1).find(|(one, other)| one != other);
        assert!(first.0 == second.0, "seed {seed}: {other:?}");
        assert!(first.1.len() > 50, "seed {seed} does nothing");
    }
}

#[test]
fn and_in_another_process() {
    let fingerprint = |seed: &str| {
        let ran = Command::new(env!("CARGO_BIN_EXE_simulate"))
            .args([seed, "1", "trace"])
            .output()
            .unwrap();
        let text = String::from_utf8(ran.stdout).unwrap();
        let found = text.lines().find_map(|line| line.strip_prefix("fingerprint "));
        found.expect("it shows the fingerprint").to_owned()
    };
    for seed in ["21", "22"] {
        assert_eq!(fingerprint(seed), fingerprint(seed), "seed {seed}");
    }
    assert_ne!(fingerprint("21"), fingerprint("22"));
}
