//! Programs of Cargo that we use and the machine may not have: built once, kept in the build folder.

use std::ffi::OsString;
use std::fs;

use crate::repo::Repo;
use crate::{Outcome, child, term};

/// `PATH` with the program in it, after installing that version into the build folder if the machine has none.
///
/// # Errors
/// When it cannot be built.
pub(crate) fn path_with(repo: &Repo, program: &str, version: &str) -> Outcome<OsString> {
    let tools = repo.target.join("tools");
    let own = tools.join("bin");
    if child::in_path(program).is_none() && !own.join(program).is_file() {
        term::say(&format!("Building {program}: some minutes, this once"));
        let mut install = repo.cargo(&["install", program, "--version", version, "--locked", "--quiet"]);
        let build = tools.join(format!("{program}-build"));
        install.arg("--root").arg(&tools).env("CARGO_TARGET_DIR", &build);
        // It runs for seconds: optimising it would cost more than it saves.
        install
            .env("CARGO_PROFILE_RELEASE_OPT_LEVEL", "0")
            .env("CARGO_PROFILE_RELEASE_LTO", "false");
        child::succeed(&mut install)?;
        drop(fs::remove_dir_all(build));
    }
    let path = std::env::var_os("PATH").unwrap_or_default();
    Ok(std::env::join_paths(std::env::split_paths(&path).chain([own]))?)
}
