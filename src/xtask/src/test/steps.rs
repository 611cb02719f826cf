//! The steps of `cargo xtask test`.

use std::process::Command;

use super::{clients, described, guards};
use crate::postgres::{Purpose, Temporary};
use crate::repo::Repo;
use crate::{Outcome, child, fuzz, openapi, packages, simulate, tools, web};

/// The version of cargo-deny we install when the machine has none. Building it takes some minutes, once: it is
/// kept in the build folder.
const CARGO_DENY: &str = "0.20.2";
const POSTGRES_URL: &str = "ENTRENOUS_TEST_POSTGRES_URL";

/// One step.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Step {
    Setup,
    Fmt,
    Guards,
    Web,
    Clippy,
    Deny,
    Build,
    Unit,
    Simulation,
    Federation,
    Clients,
    Described,
    Browser,
}

/// What the steps share.
pub(super) struct Context {
    repo: Repo,
    postgres: Option<Temporary>,
}

impl Context {
    pub(super) fn new(repo: Repo) -> Self {
        Self { repo, postgres: None }
    }

    /// A server on which tests create their databases: the developer's, or one of ours for this run.
    fn postgres_url(&mut self) -> Outcome<String> {
        if let Ok(url) = std::env::var(POSTGRES_URL)
            && !url.is_empty()
        {
            return Ok(url);
        }
        if let Some(server) = &self.postgres {
            return Ok(server.url());
        }
        let server = self.postgres.insert(Temporary::start(Purpose::Play)?);
        Ok(server.url())
    }

    /// Gives `command` what tests of the running binary need.
    fn for_tests<'a>(&mut self, command: &'a mut Command) -> Outcome<&'a mut Command> {
        let binary = self.repo.binary(false);
        Ok(command
            .env(POSTGRES_URL, self.postgres_url()?)
            .env("ENTRENOUS_BIN", binary))
    }

    fn built_binary(&self) -> Outcome {
        if self.repo.binary(false).is_file() {
            Ok(())
        } else {
            Err("the node is not built: add the step `build`".into())
        }
    }
}

impl Step {
    /// In the order they run: what fails fastest comes first.
    pub(super) const ALL: [Self; 13] = [
        Self::Setup,
        Self::Fmt,
        Self::Guards,
        Self::Web,
        Self::Clippy,
        Self::Deny,
        Self::Build,
        Self::Unit,
        Self::Simulation,
        Self::Federation,
        Self::Clients,
        Self::Described,
        Self::Browser,
    ];

    pub(super) const fn name(self) -> &'static str {
        match self {
            Self::Setup => "setup",
            Self::Fmt => "fmt",
            Self::Guards => "guards",
            Self::Web => "web",
            Self::Clippy => "clippy",
            Self::Deny => "deny",
            Self::Build => "build",
            Self::Unit => "unit",
            Self::Simulation => "simulation",
            Self::Federation => "federation",
            Self::Clients => "clients",
            Self::Described => "described",
            Self::Browser => "browser",
        }
    }

    pub(super) const fn about(self) -> &'static str {
        match self {
            Self::Setup => "PostgreSQL, Python, Node.js, Chromium: installed if missing (as root on Debian)",
            Self::Fmt => "cargo fmt",
            Self::Guards => "migrations, file sizes, lock files, no unfinished business",
            Self::Web => "the web client: types, form, its own tests, built into the node below",
            Self::Clippy => "cargo clippy, warnings are errors",
            Self::Deny => "cargo deny: bans, licences, sources",
            Self::Build => "the node's binary, and whether docs/api/openapi.json is what it says",
            Self::Unit => "every crate's own tests, on SQLite and PostgreSQL",
            Self::Simulation => "several nodes on simulated time, network and disk: 1,000 seeds",
            Self::Federation => "real nodes on real sockets",
            Self::Clients => "Mastodon.py, toot, masto.js in Node.js and Chromium, against real nodes",
            Self::Described => {
                "schemathesis: real nodes answer what the OpenAPI document says, and nothing else"
            }
            Self::Browser => "the web client in Chromium, against real nodes",
        }
    }

    /// Steps without which this one makes no sense.
    pub(super) const fn needs(self) -> &'static [Self] {
        match self {
            Self::Unit | Self::Web => &[Self::Setup],
            Self::Browser => &[Self::Setup, Self::Web, Self::Build],
            Self::Federation | Self::Clients | Self::Described => &[Self::Setup, Self::Build],
            _ => &[],
        }
    }

    pub(super) fn named(name: &str) -> Outcome<Self> {
        Self::ALL
            .into_iter()
            .find(|step| step.name() == name)
            .ok_or_else(|| {
                let names = Self::ALL.map(Self::name).join(", ");
                format!("there is no step `{name}`; there are: {names}").into()
            })
    }

    pub(super) fn run(self, context: &mut Context) -> Outcome {
        let repo = &context.repo;
        match self {
            Self::Setup => packages::install(),
            Self::Fmt => child::succeed(&mut repo.cargo(&["fmt", "--all", "--check"])),
            Self::Guards => guards::check(repo).and_then(|()| fuzz::check_lock(repo)),
            Self::Web => web::test(repo),
            Self::Clippy => child::succeed(&mut repo.locked_cargo(&[
                "clippy",
                "--workspace",
                "--all-targets",
                "--",
                "-D",
                "warnings",
            ])),
            Self::Deny => deny(repo),
            Self::Build => {
                child::succeed(&mut repo.locked_cargo(&["build", "--package", "entrenous"]))?;
                openapi::check(repo)
            }
            Self::Unit => {
                let mut tests = repo.locked_cargo(&[
                    "test",
                    "--workspace",
                    "--exclude",
                    "federation-tests",
                    "--exclude",
                    "entrenous-simulation",
                ]);
                child::succeed(context.for_tests(&mut tests)?)
            }
            Self::Simulation => {
                let profile = ["--profile", "simulation", "--package", "entrenous-simulation"];
                child::succeed(repo.locked_cargo(&["test"]).args(profile))?;
                child::succeed(&mut simulate::command(repo, simulate::USUAL))
            }
            Self::Federation => {
                context.built_binary()?;
                let mut tests = repo.locked_cargo(&["test", "--package", "federation-tests"]);
                child::succeed(context.for_tests(&mut tests)?)
            }
            Self::Clients => {
                context.built_binary()?;
                let mut script = clients::script(repo)?;
                child::succeed(context.for_tests(&mut script)?)
            }
            Self::Described => {
                context.built_binary()?;
                let mut script = described::script(repo)?;
                child::succeed(context.for_tests(&mut script)?)
            }
            Self::Browser => {
                context.built_binary()?;
                let mut tests = web::browser(repo)?;
                child::succeed(context.for_tests(&mut tests)?)
            }
        }
    }
}

/// Runs cargo-deny, after installing it into the build folder if the machine has none.
fn deny(repo: &Repo) -> Outcome {
    let path = tools::path_with(repo, "cargo-deny", CARGO_DENY)?;
    let words = [
        "deny",
        "--locked",
        "check",
        "--hide-inclusion-graph",
        "bans",
        "licenses",
        "sources",
    ];
    let mut check = repo.cargo(&words);
    child::succeed(check.env("PATH", path))
}
