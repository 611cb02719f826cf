//! What a build must not depend on: its place, and what else is around it.

use std::fs;
use std::os::unix::fs::symlink;
use std::path::{Path, PathBuf};
use std::process::Command;

use crate::Outcome;
use crate::repo::Repo;

/// What a build may know of the developer's environment: where programs and caches are, and how to reach the registries.
/// Everything else could change what is built (`CC`, `CFLAGS_…`, `RUSTFLAGS`, `CARGO_PROFILE_…`, `NODE_OPTIONS`, …).
const LET_IN: [&str; 14] = [
    "PATH",
    "HOME",
    "TMPDIR",
    "RUSTUP_HOME",
    "RUSTUP_TOOLCHAIN",
    "SSL_CERT_FILE",
    "SSL_CERT_DIR",
    "NODE_EXTRA_CA_CERTS",
    "npm_config_registry",
    "npm_config_cache",
    "npm_config_cafile",
    "npm_config_proxy",
    "npm_config_https_proxy",
    "npm_config_noproxy",
];
/// As [`LET_IN`], in small or capital letters.
const PROXIES: [&str; 4] = ["http_proxy", "https_proxy", "all_proxy", "no_proxy"];
/// As [`LET_IN`], everything that begins so.
const LET_IN_ALL: [&str; 5] = [
    "CARGO_HTTP_",
    "CARGO_NET_",
    "CARGO_REGISTRIES_",
    "CARGO_REGISTRY_",
    "CARGO_SOURCE_",
];
/// The same in Cargo's own file of settings: whole tables.
const TABLES: [&str; 5] = ["http", "net", "registries", "registry", "source"];

/// Where and as whom something is built.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) struct Surroundings {
    pub(super) jobs: usize,
    locale: &'static str,
    zone: &'static str,
    umask: &'static str,
    user: &'static str,
    /// Cargo's home for this build.
    pub(super) cargo_home: PathBuf,
    /// That of the developer, which has the sources of the crates.
    pub(super) crates: PathBuf,
}

impl Surroundings {
    /// As on this machine.
    ///
    /// # Errors
    /// Without a home, or when one for Cargo cannot be made below `place`.
    pub(super) fn usual(place: &Path) -> Outcome<Self> {
        let crates = cargo_home()?;
        Ok(Self {
            jobs: processors(),
            locale: "C.UTF-8",
            zone: "UTC",
            umask: "022",
            user: "builder",
            cargo_home: bare(&crates, &place.join("cargo"))?,
            crates,
        })
    }

    /// As on another, as far as one machine can play it.
    ///
    /// # Errors
    /// As [`Surroundings::usual`].
    pub(super) fn other(place: &Path) -> Outcome<Self> {
        let crates = cargo_home()?;
        Ok(Self {
            jobs: processors() + 1,
            locale: "C",
            zone: "Asia/Kathmandu",
            umask: "077",
            user: "somebody-else",
            cargo_home: bare(&crates, &place.join("home/of/cargo"))?,
            crates,
        })
    }

    /// For people.
    pub(super) fn words(&self) -> String {
        format!(
            "{} jobs, locale {}, time zone {}, umask {}, user {}, Cargo's home {}",
            self.jobs,
            self.locale,
            self.zone,
            self.umask,
            self.user,
            self.cargo_home.display()
        )
    }

    /// A command in these surroundings, in `folder`. Nothing that the developer has set for other builds reaches it.
    pub(super) fn command(&self, repo: &Repo, folder: &Path, program: &Path) -> Command {
        let mut command = repo.command("sh");
        command
            .args(["-c", &format!("umask {}; exec \"$0\" \"$@\"", self.umask)])
            .arg(program)
            .current_dir(folder)
            .env_clear()
            .envs(std::env::vars_os().filter(|(name, _)| name.to_str().is_some_and(is_let_in)))
            .env("CARGO_HOME", &self.cargo_home)
            .env("CARGO_INCREMENTAL", "0")
            .env("LANG", self.locale)
            .env("LC_ALL", self.locale)
            .env("TZ", self.zone)
            .env("USER", self.user)
            .env("LOGNAME", self.user);
        command
    }
}

fn is_let_in(name: &str) -> bool {
    LET_IN.contains(&name)
        || PROXIES.iter().any(|proxy| name.eq_ignore_ascii_case(proxy))
        || LET_IN_ALL.iter().any(|begin| name.starts_with(begin))
}

fn processors() -> usize {
    std::thread::available_parallelism().map_or(2, usize::from)
}

fn cargo_home() -> Outcome<PathBuf> {
    if let Some(home) = std::env::var_os("CARGO_HOME").filter(|home| !home.is_empty()) {
        return Ok(std::path::absolute(home)?);
    }
    let home = std::env::var_os("HOME").ok_or("HOME is not set")?;
    Ok(Path::new(&home).join(".cargo"))
}

/// A home for Cargo with the crates that were fetched into another one, its way to the registries, and no other settings.
fn bare(home: &Path, to: &Path) -> Outcome<PathBuf> {
    fs::create_dir_all(home.join("registry"))?;
    fs::create_dir_all(to)?;
    // The locks too: they keep others from what both have.
    for lock in [".package-cache", ".package-cache-mutate"] {
        fs::OpenOptions::new()
            .create(true)
            .append(true)
            .open(home.join(lock))?;
    }
    for name in [
        "registry",
        ".package-cache",
        ".package-cache-mutate",
        "credentials.toml",
    ] {
        if home.join(name).exists() {
            symlink(home.join(name), to.join(name))?;
        }
    }
    let settings = ["config.toml", "config"].map(|name| fs::read_to_string(home.join(name)));
    if let Some(settings) = settings.into_iter().find_map(Result::ok) {
        fs::write(to.join("config.toml"), tables(&settings, &TABLES))?;
    }
    Ok(to.to_path_buf())
}

/// Some tables of a file in TOML, as they stand there.
fn tables(toml: &str, wanted: &[&str]) -> String {
    let mut kept = String::new();
    // Before the first table, each line tells whose it is.
    let mut within = None;
    for line in toml.lines() {
        let (header, key) = (line.strip_prefix('['), line.split(['=', '.']).next());
        let first = |name: &str| {
            let name = name.trim_start_matches('[').split(['.', ']']).next();
            name.is_some_and(|name| wanted.contains(&name.trim().trim_matches('"')))
        };
        if let Some(header) = header {
            within = Some(first(header));
        }
        if within.unwrap_or_else(|| key.is_some_and(first)) {
            kept.push_str(line);
            kept.push('\n');
        }
    }
    kept
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn only_what_cannot_change_a_build_is_let_in() {
        for name in [
            "PATH",
            "https_proxy",
            "HTTPS_PROXY",
            "CARGO_REGISTRIES_OURS_INDEX",
        ] {
            assert!(is_let_in(name), "{name}");
        }
        for name in [
            "AR",
            "CC",
            "CFLAGS_x86_64-unknown-linux-gnu",
            "TARGET_CFLAGS",
            "LIBSQLITE3_FLAGS",
            "RUSTFLAGS",
            "RUSTC_WRAPPER",
            "CARGO_PROFILE_RELEASE_LTO",
            "CARGO_BUILD_RUSTFLAGS",
            "CARGO_HOME",
            "NODE_ENV",
            "NODE_OPTIONS",
            "npm_config_omit",
            "ENTRENOUS_WEB_DIST",
            "LD_PRELOAD",
        ] {
            assert!(!is_let_in(name), "{name}");
        }
    }

    #[test]
    fn a_command_knows_nothing_else() {
        let repo = Repo::find().unwrap();
        let place = std::env::temp_dir().join(format!("entrenous-surroundings-{}", std::process::id()));
        let surroundings = Surroundings::other(&place).unwrap();
        let mut env = surroundings.command(&repo, &place, Path::new("env"));
        let said = crate::child::answer(&mut env, "").unwrap();
        fs::remove_dir_all(&place).unwrap();
        let ours = [
            "CARGO_HOME",
            "CARGO_INCREMENTAL",
            "LANG",
            "LC_ALL",
            "TZ",
            "USER",
            "LOGNAME",
        ];
        for line in said.lines() {
            let (name, _) = line.split_once('=').unwrap();
            // The shell's own.
            let shell = ["PWD", "OLDPWD", "SHLVL", "_"];
            assert!(
                ours.contains(&name) || shell.contains(&name) || is_let_in(name),
                "{name}"
            );
        }
        assert!(said.contains("TZ=Asia/Kathmandu\n"));
    }

    #[test]
    fn of_cargos_settings_only_the_way_to_registries_is_kept() {
        let settings = "net.offline = true\nbuild.jobs = 1\n\n[build]\nrustflags = [\"-C\", \"opt-level=1\"]\n\n\
            [source.crates-io]\nreplace-with = \"mirror\"\n\n[source.mirror]\nregistry = \"sparse+x\"\n[profile.release]\nlto = true\n\
            [sources]\n[[registries]]\na = 1\n[env]\nCFLAGS = \"-O0\"\n";
        let kept = tables(settings, &TABLES);
        let lines: Vec<&str> = kept.lines().filter(|line| !line.is_empty()).collect();
        assert_eq!(
            lines,
            [
                "net.offline = true",
                "[source.crates-io]",
                "replace-with = \"mirror\"",
                "[source.mirror]",
                "registry = \"sparse+x\"",
                "[[registries]]",
                "a = 1",
            ]
        );
    }
}
