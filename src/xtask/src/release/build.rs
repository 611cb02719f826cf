//! One build of a release, from a commit into a folder.

use std::collections::BTreeMap;
use std::fs;
use std::path::{Path, PathBuf};
use std::process::{Command, Stdio};

use serde_json::Value;

use super::surroundings::Surroundings;
use super::{compare, said, sbom};
use crate::repo::Repo;
use crate::{Outcome, child, packages, term};

/// The file of checksums, as `sha256sum --check` reads it.
pub(super) const SUMS: &str = "SHA256SUMS";

/// What is released.
pub(super) struct Source<'a> {
    repo: &'a Repo,
    pub(super) version: String,
    commit: String,
    /// When it was committed, in seconds of Unix time: the only time that anything in a release may hold.
    epoch: String,
    /// There are changes that are not committed.
    pub(super) has_changes: bool,
}

impl<'a> Source<'a> {
    /// The commit that is checked out.
    ///
    /// # Errors
    /// Without git or a version.
    pub(super) fn of(repo: &'a Repo) -> Outcome<Self> {
        let git = |words: &[&str]| -> Outcome<String> {
            Ok(child::answer(repo.command("git").args(words), "")?
                .trim()
                .to_owned())
        };
        let manifest = fs::read_to_string(repo.root.join("Cargo.toml"))?;
        Ok(Self {
            repo,
            version: version(&manifest).ok_or("Cargo.toml names no version")?,
            commit: git(&["rev-parse", "HEAD"])?,
            epoch: git(&["log", "-1", "--format=%ct"])?,
            has_changes: !git(&["status", "--porcelain"])?.is_empty(),
        })
    }

    /// Builds into `out`, with everything that takes below `place`. Both are new.
    ///
    /// # Errors
    /// When something is missing or does not build, or the binary tells where it was built.
    pub(super) fn build(&self, place: &Path, surroundings: &Surroundings, out: &Path) -> Outcome {
        let (source, target) = (place.join("source"), place.join("target"));
        for folder in [&source, &target, &out.to_path_buf()] {
            fs::create_dir_all(folder)?;
        }
        self.export(&source)?;
        let client = place.join("packages");
        self.web(&source, surroundings, &client)?;
        let triple = triple(self.repo)?;
        let binary = self.cargo(&source, &target, surroundings, &triple)?;

        let name = format!("entrenous-{}-{triple}", self.version);
        let places = [
            place,
            &surroundings.cargo_home,
            &surroundings.crates,
            &self.repo.root,
        ];
        let leaks = leaks(&binary, &places)?;
        if let Some(leak) = leaks.first() {
            return Err(format!("the binary tells where it was built: {leak}").into());
        }
        fs::copy(&binary, out.join(&name))?;
        let bill = self.bill(&source, surroundings, &client, &triple)?;
        fs::write(out.join(format!("entrenous-{}.cdx.json", self.version)), bill)?;
        compare::copy(&source.join("web/dist"), &out.join("web-client"))?;
        self.sums(out)
    }

    /// The files of the commit, and nothing else.
    fn export(&self, to: &Path) -> Outcome {
        let archive = to.with_extension("tar");
        let mut git = self.repo.command("git");
        git.args(["archive", "--format=tar", "--output"])
            .arg(&archive)
            .arg(&self.commit);
        child::succeed(&mut git)?;
        child::succeed(
            self.repo
                .command("tar")
                .arg("-xf")
                .arg(&archive)
                .arg("-C")
                .arg(to),
        )?;
        fs::remove_file(archive)?;
        Ok(())
    }

    /// The web client, and which packages went into it.
    fn web(&self, source: &Path, surroundings: &Surroundings, packages: &Path) -> Outcome {
        if packages::nodejs().is_none() {
            return Err("there is no Node.js that is young enough: a release holds the web client".into());
        }
        let npm = child::in_path("npm").ok_or("there is no npm: a release holds the web client")?;
        let run = |words: &[&str]| {
            let mut command = surroundings.command(self.repo, &source.join("web"), &npm);
            command
                .args(words)
                .env("SOURCE_DATE_EPOCH", &self.epoch)
                .env("ENTRENOUS_PACKAGES", packages);
            child::succeed(&mut command)
        };
        term::say("the web client");
        run(&["ci", "--no-progress", "--loglevel=error"])?;
        run(&["run", "--silent", "build", "--", "--logLevel", "error"])
    }

    /// The node's binary.
    fn cargo(
        &self,
        source: &Path,
        target: &Path,
        surroundings: &Surroundings,
        triple: &str,
    ) -> Outcome<PathBuf> {
        let cargo = cargo();
        // Before their folders are looked at.
        let mut fetch = surroundings.command(self.repo, source, &cargo);
        child::succeed(fetch.args(["fetch", "--locked", "--quiet", "--target", triple]))?;
        let prefixes = self.prefixes(source, target, &surroundings.cargo_home);
        let rust: Vec<String> = prefixes
            .iter()
            .map(|(from, to)| format!("--remap-path-prefix={}={to}", from.display()))
            .collect();
        let c: Vec<String> = prefixes
            .iter()
            .map(|(from, to)| format!("-ffile-prefix-map={}={to}", from.display()))
            .collect();
        if let Some((spaced, _)) = prefixes
            .iter()
            .find(|(from, _)| from.to_string_lossy().contains(' '))
        {
            return Err(format!(
                "{} has a space in it, which C compilers would be told apart",
                spaced.display()
            )
            .into());
        }
        let mut build = surroundings.command(self.repo, source, &cargo);
        build
            .args([
                "build",
                "--release",
                "--locked",
                "--package",
                "entrenous",
                "--jobs",
            ])
            .arg(surroundings.jobs.to_string())
            .env("CARGO_TARGET_DIR", target)
            .env("CARGO_ENCODED_RUSTFLAGS", rust.join("\u{1f}"))
            .env("CFLAGS", c.join(" "))
            .env("CXXFLAGS", c.join(" "))
            .env("SOURCE_DATE_EPOCH", &self.epoch)
            .env("ZERO_AR_DATE", "1");
        term::say("the node");
        child::succeed(&mut build)?;
        Ok(target.join("release/entrenous"))
    }

    /// What each place is called in the binary; of several that fit, the last counts.
    fn prefixes(&self, source: &Path, target: &Path, cargo_home: &Path) -> Vec<(PathBuf, String)> {
        let mut prefixes = vec![
            (source.to_path_buf(), "/entrenous".to_owned()),
            (target.to_path_buf(), "/target".to_owned()),
        ];
        let registry = cargo_home.join("registry/src");
        let real = fs::canonicalize(&registry).ok();
        for folder in [Some(registry), real].into_iter().flatten() {
            // One folder for each registry, or mirror of it.
            let entries = fs::read_dir(&folder).into_iter().flatten().filter_map(Result::ok);
            let mut inner: Vec<PathBuf> = entries.map(|entry| entry.path()).collect();
            inner.sort();
            prefixes.push((folder, "/crates".to_owned()));
            prefixes.extend(inner.into_iter().map(|path| (path, "/crates".to_owned())));
        }
        let sysroot = said(self.repo, "rustc", &["--print", "sysroot"]);
        let version = said(self.repo, "rustc", &["-vV"]);
        let commit = version
            .lines()
            .find_map(|line| line.strip_prefix("commit-hash: "));
        if let (false, Some(commit)) = (sysroot.is_empty(), commit) {
            let library = Path::new(&sysroot).join("lib/rustlib/src/rust");
            prefixes.push((library, format!("/rustc/{commit}")));
        }
        prefixes
    }

    fn bill(
        &self,
        source: &Path,
        surroundings: &Surroundings,
        packages: &Path,
        triple: &str,
    ) -> Outcome<String> {
        let ask = |words: &[&str]| {
            let mut asked = surroundings.command(self.repo, source, &cargo());
            child::answer(asked.args(words), "")
        };
        let crates: Value = serde_json::from_str(&ask(&metadata(triple))?)?;
        let compiled = sbom::compiled(
            &ask(&tree(triple, "normal,build"))?,
            &ask(&tree(triple, "normal,no-proc-macro"))?,
        );
        let locks = [
            fs::read_to_string(source.join("Cargo.lock"))?,
            fs::read_to_string(source.join("web/package-lock.json"))?,
        ];
        let [cargo_lock, npm_lock] = &locks;
        let npm_lock: Value = serde_json::from_str(npm_lock)?;
        let inside = fs::read_to_string(packages)?;
        let document = sbom::document(&sbom::Contents {
            version: &self.version,
            commit: &self.commit,
            epoch: self.epoch.parse()?,
            crates: &crates,
            compiled: &compiled,
            checksums: &sbom::checksums(cargo_lock),
            npm: &npm_lock,
            npm_inside: &inside.lines().collect::<Vec<_>>(),
            tools: &self.tools(),
        })?;
        Ok(format!("{document:#}\n"))
    }

    /// With what it was built: who uses others may get other bytes.
    fn tools(&self) -> BTreeMap<&'static str, String> {
        let first = |text: String| text.lines().next().unwrap_or_default().to_owned();
        BTreeMap::from([
            ("rustc", said(self.repo, "rustc", &["--version"])),
            ("cargo", said(self.repo, "cargo", &["--version"])),
            ("cc", first(said(self.repo, "cc", &["--version"]))),
            ("node", said(self.repo, "node", &["--version"])),
            ("npm", said(self.repo, "npm", &["--version"])),
        ])
    }

    /// `SHA256SUMS` of the files for people; the web client is in the binary, and lies beside it to be compared.
    fn sums(&self, out: &Path) -> Outcome {
        let mut names: Vec<String> = Vec::new();
        for entry in fs::read_dir(out)? {
            let entry = entry?;
            if entry.file_type()?.is_file() {
                names.push(entry.file_name().to_string_lossy().into_owned());
            }
        }
        names.sort();
        let mut sum = Command::new("sha256sum");
        sum.arg("--").args(&names).current_dir(out).stdin(Stdio::null());
        let sums = child::answer(&mut sum, "")?;
        fs::write(out.join(SUMS), sums)?;
        Ok(())
    }
}

/// Cargo as it was called, which knows its compiler.
fn cargo() -> PathBuf {
    std::env::var_os("CARGO").map_or_else(|| PathBuf::from("cargo"), PathBuf::from)
}

/// What is asked of Cargo about every crate that the workspace might have.
fn metadata(triple: &str) -> [&str; 6] {
    [
        "metadata",
        "--format-version",
        "1",
        "--locked",
        "--filter-platform",
        triple,
    ]
}

/// What is asked of Cargo about those that it compiles for the node.
fn tree<'a>(triple: &'a str, edges: &'a str) -> [&'a str; 10] {
    [
        "tree",
        "--locked",
        "--package",
        "entrenous",
        "--target",
        triple,
        "--edges",
        edges,
        "--prefix",
        "none",
    ]
}

/// Places that can be read in the binary.
fn leaks(binary: &Path, places: &[&Path]) -> Outcome<Vec<String>> {
    let bytes = fs::read(binary)?;
    let home = std::env::var("HOME").unwrap_or_default();
    let texts = places.iter().map(|place| place.display().to_string());
    // A home of one letter would be found everywhere.
    let texts = texts.chain(
        Some(home)
            .filter(|home| home.len() > 3)
            .map(|home| format!("{home}/")),
    );
    Ok(texts
        .filter(|text| compare::position(&bytes, text.as_bytes()).is_some())
        .collect())
}

/// The version of the workspace.
fn version(manifest: &str) -> Option<String> {
    let (_, package) = manifest.split_once("[workspace.package]")?;
    let line = package
        .lines()
        .find_map(|line| line.strip_prefix("version = \""))?;
    line.strip_suffix('"').map(str::to_owned)
}

/// Of the machine that it is built on and for.
fn triple(repo: &Repo) -> Outcome<String> {
    let said = said(repo, "rustc", &["-vV"]);
    let host = said.lines().find_map(|line| line.strip_prefix("host: "));
    host.map(str::to_owned)
        .ok_or_else(|| "rustc does not say what it compiles for".into())
}

#[cfg(test)]
mod tests {
    use super::*;

    /// Of this very checkout: what Cargo and npm say is of the shape that is read.
    #[test]
    fn the_bill_of_this_workspace() {
        let repo = Repo::find().unwrap();
        let triple = triple(&repo).unwrap();
        let ask = |words: &[&str]| child::answer(&mut repo.cargo(words), "").unwrap();
        let crates = ask(&metadata(&triple));
        let compiled = sbom::compiled(
            &ask(&tree(&triple, "normal,build")),
            &ask(&tree(&triple, "normal,no-proc-macro")),
        );
        let read = |file: &str| fs::read_to_string(repo.root.join(file)).unwrap();
        let document = sbom::document(&sbom::Contents {
            version: "0.1.0",
            commit: "c0ffee",
            epoch: 1_795_442_700,
            crates: &serde_json::from_str(&crates).unwrap(),
            compiled: &compiled,
            checksums: &sbom::checksums(&read("Cargo.lock")),
            npm: &serde_json::from_str(&read("web/package-lock.json")).unwrap(),
            npm_inside: &["svelte", "@lucide/svelte"],
            tools: &BTreeMap::new(),
        })
        .unwrap();
        let parts = document["components"].as_array().unwrap();
        let of = |name: &str| parts.iter().find(|part| part["name"] == name);
        assert_eq!(of("axum").unwrap()["scope"], "required");
        assert_eq!(
            of("brotli").unwrap()["scope"],
            "excluded",
            "only the build script compresses"
        );
        assert_eq!(of("serde_derive").unwrap()["scope"], "excluded");
        assert_eq!(of("svelte").unwrap()["hashes"][0]["alg"], "SHA-512");
        assert!(of("entrenous-domain").is_some_and(|own| own.get("hashes").is_none()));
        assert!(
            of("proptest").is_none() && of("entrenous-fuzz").is_none(),
            "tests are not released"
        );
        assert!(
            of("ring").is_none(),
            "a weak feature names it, and nothing switches it on"
        );
        let foreign = parts
            .iter()
            .filter(|part| part["purl"].as_str().unwrap().starts_with("pkg:cargo/"));
        let foreign = foreign.filter(|part| !part["name"].as_str().unwrap().starts_with("entrenous"));
        assert!(foreign.clone().count() > 150);
        for part in foreign {
            assert!(
                part["hashes"][0]["content"].as_str().unwrap().len() == 64,
                "{part}"
            );
            assert!(part["licenses"].is_array(), "{part}");
        }
    }

    #[test]
    fn the_version_is_the_workspaces() {
        let manifest = "[package]\nversion = \"9.9.9\"\n\n[workspace.package]\nversion = \"0.1.0\"\nedition = \"2024\"\n";
        assert_eq!(version(manifest).as_deref(), Some("0.1.0"));
        assert_eq!(version("[package]\n"), None);
    }
}
