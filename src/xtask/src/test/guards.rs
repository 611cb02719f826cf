//! Rules of the repository that no compiler checks. Each is a function of texts, so that it can be tested.

use std::collections::BTreeSet;
use std::fs;
use std::path::Path;

use crate::repo::Repo;
use crate::{Outcome, term};

/// Lines, at most, in a file of ours.
const LONGEST_FILE: usize = 800;
/// Packages in `Cargo.lock` must be fewer.
const PACKAGES: usize = 500;
/// Words that mean "not finished". Written apart, so that this file passes its own check.
const UNFINISHED: [&str; 4] = [
    concat!("TO", "DO"),
    concat!("FIX", "ME"),
    concat!("to", "do!"),
    concat!("un", "implemented!"),
];

/// Runs every guard.
///
/// # Errors
/// All complaints, one a line.
pub(super) fn check(repo: &Repo) -> Outcome {
    let mut complaints = migrations(&repo.root.join("migrations"))?;
    let (ours, clients) = (repo.files("src")?, repo.files("web")?);
    for file in ours.iter().chain(&clients).filter(|file| !is_lock_of_npm(file)) {
        // Pictures and the like are not text.
        let Ok(text) = fs::read_to_string(repo.root.join(file)) else {
            continue;
        };
        let name = file.display().to_string();
        complaints.extend(too_long(&name, &text));
        complaints.extend(unfinished(&name, &text));
    }
    for file in repo.files("")? {
        if is_lock_of_npm(&file) {
            let text = fs::read_to_string(repo.root.join(&file))?;
            complaints.extend(names_a_registry(&file.display().to_string(), &text));
            let settings = repo.root.join(&file).with_file_name(".npmrc");
            complaints.extend(may_name_a_registry(
                &file.display().to_string(),
                &fs::read_to_string(settings).unwrap_or_default(),
            ));
        }
    }
    if let Ok(lock) = fs::read_to_string(repo.root.join("Cargo.lock")) {
        complaints.extend(too_many_packages(&lock));
    }
    if complaints.is_empty() {
        return Ok(());
    }
    for complaint in &complaints {
        term::say(complaint);
    }
    Err(format!("{} complaints", complaints.len()).into())
}

/// Both databases have the same migrations, each with its way up and down.
fn migrations(folder: &Path) -> Outcome<Vec<String>> {
    let sqlite = folders(&folder.join("sqlite"))?;
    let postgres = folders(&folder.join("postgres"))?;
    let mut complaints: Vec<String> = sqlite
        .symmetric_difference(&postgres)
        .map(|name| {
            let missing = if sqlite.contains(name) {
                "postgres"
            } else {
                "sqlite"
            };
            format!("migrations/{missing}/{name} is missing: the other database has it")
        })
        .collect();
    for (database, names) in [("sqlite", &sqlite), ("postgres", &postgres)] {
        for name in names {
            for part in ["up.sql", "down.sql"] {
                if !folder.join(database).join(name).join(part).is_file() {
                    complaints.push(format!("migrations/{database}/{name}/{part} is missing"));
                }
            }
        }
    }
    Ok(complaints)
}

fn folders(parent: &Path) -> Outcome<BTreeSet<String>> {
    let mut names = BTreeSet::new();
    if parent.is_dir() {
        for entry in fs::read_dir(parent)? {
            let entry = entry?;
            if entry.file_type()?.is_dir() {
                names.insert(entry.file_name().to_string_lossy().into_owned());
            }
        }
    }
    Ok(names)
}

fn too_long(name: &str, text: &str) -> Option<String> {
    let lines = text.lines().count();
    // A tool's work is read by nobody; it says so at its top.
    let generated = ["@generated", "auto-generated"];
    let generated = |line: &str| generated.iter().any(|word| line.contains(word));
    let generated = text.lines().take(5).any(generated);
    (lines > LONGEST_FILE && !generated)
        .then(|| format!("{name}: {lines} lines, {LONGEST_FILE} at most: split it by verb"))
}

fn unfinished(name: &str, text: &str) -> Vec<String> {
    let numbered = text.lines().enumerate();
    numbered
        .filter_map(|(index, line)| {
            let word = UNFINISHED.iter().find(|word| has_word(line, word))?;
            Some(format!(
                "{name}:{}: {word}: finish it, or write it into the tracker",
                index + 1
            ))
        })
        .collect()
}

/// Whether `word` stands in `line`, not as the end or beginning of a longer one.
fn has_word(line: &str, word: &str) -> bool {
    line.match_indices(word).any(|(at, _)| {
        let letter = |character: char| character.is_alphanumeric() || character == '_';
        let before = line.get(..at).and_then(|text| text.chars().next_back());
        let after = line.get(at + word.len()..).and_then(|text| text.chars().next());
        !before.is_some_and(letter) && (word.ends_with('!') || !after.is_some_and(letter))
    })
}

fn is_lock_of_npm(file: &Path) -> bool {
    let names = [
        "package-lock.json",
        "npm-shrinkwrap.json",
        "yarn.lock",
        "pnpm-lock.yaml",
    ];
    file.file_name()
        .is_some_and(|name| names.iter().any(|lock| name == *lock))
}

/// A lock that names a registry's host ties every clone to one place; hashes are enough.
fn names_a_registry(name: &str, text: &str) -> Vec<String> {
    let named = |line: &str| {
        let place = ["\"resolved\"", "resolved ", "tarball:"]
            .iter()
            .any(|key| line.contains(key));
        place && (line.contains("https://") || line.contains("http://"))
    };
    let first = text.lines().position(named);
    first
        .map(|index| {
            format!(
                "{name}:{}: names a registry's host: set `omit-lockfile-registry-resolved=true`",
                index + 1
            )
        })
        .into_iter()
        .collect()
}

/// The settings beside a lock keep npm from writing a registry's host into it the next time.
fn may_name_a_registry(name: &str, settings: &str) -> Option<String> {
    let set = settings
        .lines()
        .any(|line| line.trim() == "omit-lockfile-registry-resolved=true");
    (!set).then(|| format!("{name}: the .npmrc beside it has no `omit-lockfile-registry-resolved=true`"))
}

fn too_many_packages(lock: &str) -> Option<String> {
    let packages = lock.lines().filter(|line| *line == "[[package]]").count();
    (packages >= PACKAGES).then(|| format!("Cargo.lock: {packages} packages, fewer than {PACKAGES} allowed"))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn migrations_must_match() {
        let folder = std::env::temp_dir().join(format!("entrenous-guards-{}", std::process::id()));
        for path in ["sqlite/0001_people", "sqlite/0002_peers", "postgres/0001_people"] {
            fs::create_dir_all(folder.join(path)).unwrap();
            fs::write(folder.join(path).join("up.sql"), "").unwrap();
            fs::write(folder.join(path).join("down.sql"), "").unwrap();
        }
        fs::remove_file(folder.join("sqlite/0001_people/down.sql")).unwrap();
        let complaints = migrations(&folder).unwrap();
        fs::remove_dir_all(&folder).unwrap();
        assert_eq!(complaints.len(), 2, "{complaints:?}");
        assert!(
            complaints[0].starts_with("migrations/postgres/0002_peers"),
            "{complaints:?}"
        );
        assert!(complaints[1].ends_with("down.sql is missing"), "{complaints:?}");
    }

    #[test]
    fn a_long_file_is_noticed_unless_generated() {
        let long = "line\n".repeat(LONGEST_FILE + 1);
        assert!(too_long("a.rs", &long).is_some());
        assert!(too_long("a.rs", &format!("// @generated\n{long}")).is_none());
        assert!(too_long("a.rs", "line\n").is_none());
    }

    #[test]
    fn unfinished_business_is_noticed() {
        for word in UNFINISHED {
            assert_eq!(
                unfinished("a.rs", &format!("fn a() {{}}\n  // {word} later")).len(),
                1,
                "{word}"
            );
        }
        // Part of another word, such as a French one in capitals.
        assert!(unfinished("a.rs", &format!("ME{}S", UNFINISHED[0])).is_empty());
    }

    #[test]
    fn a_lock_names_no_host() {
        let lock = "{\n  \"resolved\": \"https://registry.example/a.tgz\"\n}";
        assert_eq!(names_a_registry("package-lock.json", lock).len(), 1);
        let funding = "{ \"funding\": { \"url\": \"https://people.example\" } }";
        assert!(names_a_registry("package-lock.json", funding).is_empty());
        assert!(is_lock_of_npm(Path::new("web/package-lock.json")));
        assert!(may_name_a_registry("a", "").is_some());
        assert!(may_name_a_registry("a", "# x\nomit-lockfile-registry-resolved=true\n").is_none());
    }

    #[test]
    fn packages_are_counted() {
        assert!(too_many_packages(&"[[package]]\n".repeat(PACKAGES)).is_some());
        assert!(too_many_packages(&"[[package]]\n".repeat(PACKAGES - 1)).is_none());
    }
}
