//! `cargo xtask release`: the release binary, what is in it, and whether it can be built again as the same bytes.

mod build;
mod compare;
mod place;
mod sbom;
mod surroundings;

use std::fs;
use std::path::{Path, PathBuf};
use std::process::{ExitCode, Stdio};

use crate::args::Args;
use crate::repo::Repo;
use crate::{Outcome, child, term};
use build::Source;
use place::Place;
use surroundings::Surroundings;

const HELP: &str = "\
Builds the release of the commit that is checked out, web client included, into
release-VERSION in the build folder: the binary, a bill of materials of all crates and npm
packages in it (CycloneDX, JSON), and SHA256SUMS. It is built in the system's folder for
temporary files (TMPDIR names another), which needs 2 GB for each build.

Needs a C and a C++ compiler, Node.js and npm, git, sh, tar and sha256sum.

Usage: cargo xtask release [options]

  --verify       Build it twice, in other folders, with other homes, locales, time zones,
                 umasks, user names and numbers of jobs, and compare every byte
  --against DIR  With --verify: build once, and compare with the release in this folder
  --keep         With --verify: leave both builds where they were made
  --help         This text

Fails with the first difference.
";

/// What the developer asked for.
#[derive(Debug, PartialEq, Eq, Default)]
struct Wish {
    verify: bool,
    against: Option<PathBuf>,
    keep: bool,
}

/// Runs it.
pub(crate) fn run(given: &[String]) -> Outcome<ExitCode> {
    let Some(wish) = wish(given)? else {
        term::say(HELP.trim_end());
        return Ok(ExitCode::SUCCESS);
    };
    let repo = Repo::find()?;
    let source = Source::of(&repo)?;
    if source.has_changes {
        term::complain("What is not committed is not in the release.");
    }
    if wish.verify {
        return verify(&source, &wish);
    }
    let out = repo.target.join(format!("release-{}", source.version));
    let aside = repo.target.join(format!("release-{}.new", source.version));
    remove(&aside)?;
    let place = Place::make(false)?;
    source.build(&place.path, &Surroundings::usual(&place.path)?, &aside)?;
    // A former release stays until there is another.
    remove(&out)?;
    fs::rename(&aside, &out)?;
    term::say(&format!(
        "\n{}",
        fs::read_to_string(out.join(build::SUMS))?.trim_end()
    ));
    term::say(&format!("in {}", out.display()));
    Ok(ExitCode::SUCCESS)
}

/// Removes a folder that need not be there.
fn remove(folder: &Path) -> Outcome {
    if folder.exists() {
        fs::remove_dir_all(folder)?;
    }
    Ok(())
}

/// Builds twice, or once beside what somebody else built, and compares.
fn verify(source: &Source<'_>, wish: &Wish) -> Outcome<ExitCode> {
    let folder = Place::make(wish.keep)?;
    let first = folder.path.join("one");
    let second = folder.path.join("another/place/that/is/longer");
    let build = |place: &Path, surroundings: &Surroundings| -> Outcome {
        term::say(&term::bold(&format!("\n── building in {} ──", place.display())));
        term::say(&format!("with {}", surroundings.words()));
        source.build(place, surroundings, &place.join("out"))
    };
    // Beside somebody else's, ours is the other one.
    match &wish.against {
        Some(_) => build(&first, &Surroundings::other(&first)?)?,
        None => build(&first, &Surroundings::usual(&first)?)?,
    }
    let other = match &wish.against {
        Some(theirs) => theirs.clone(),
        None => {
            build(&second, &Surroundings::other(&second)?)?;
            second.join("out")
        }
    };
    let differences = compare::folders(&first.join("out"), &other)?;
    for difference in &differences {
        term::say(&format!("{} {difference}", term::red("differs:")));
    }
    if differences.is_empty() {
        term::say(&format!("\n{} every byte is the same", term::green("verified:")));
        term::say(fs::read_to_string(first.join("out").join(build::SUMS))?.trim_end());
    }
    if wish.keep {
        term::say(&format!("left in {}", folder.path.display()));
    }
    Ok(if differences.is_empty() {
        ExitCode::SUCCESS
    } else {
        ExitCode::FAILURE
    })
}

/// What a program says, or nothing.
fn said(repo: &Repo, program: &str, words: &[&str]) -> String {
    let answer = child::answer(repo.command(program).args(words).stderr(Stdio::null()), "");
    answer.unwrap_or_default().trim().to_owned()
}

/// `None`: the help.
fn wish(given: &[String]) -> Outcome<Option<Wish>> {
    let mut wish = Wish::default();
    let mut args = Args::new(given);
    while let Some(option) = args.next() {
        match option.as_str() {
            "--verify" => wish.verify = true,
            "--keep" => wish.keep = true,
            "--against" => wish.against = Some(std::path::absolute(args.value("--against")?)?),
            "--help" | "-h" => return Ok(None),
            other => return Err(format!("unknown option `{other}`\n\n{HELP}").into()),
        }
    }
    if wish.against.is_some() && !wish.verify {
        return Err("--against goes with --verify".into());
    }
    Ok(Some(wish))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn options() {
        let asked = |words: &[&str]| wish(&words.iter().map(|word| (*word).to_owned()).collect::<Vec<_>>());
        assert_eq!(asked(&[]).unwrap(), Some(Wish::default()));
        let verify = asked(&["--verify", "--against=/x", "--keep"]).unwrap().unwrap();
        assert!(verify.verify && verify.keep);
        assert_eq!(verify.against.as_deref(), Some(Path::new("/x")));
        assert!(asked(&["--against", "/x"]).is_err());
        assert_eq!(asked(&["--help"]).unwrap(), None);
    }
}
