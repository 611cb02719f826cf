//! `cargo xtask openapi`: the API's description, from the code into the repository.

use std::fs;
use std::process::ExitCode;

use crate::repo::Repo;
use crate::{Outcome, child, term};

/// Builds the node and writes what it says about its API to `docs/api/openapi.json`.
pub(crate) fn run(given: &[String]) -> Outcome<ExitCode> {
    if !given.is_empty() {
        return Err("`cargo xtask openapi` has no options: it writes docs/api/openapi.json".into());
    }
    let repo = Repo::find()?;
    child::succeed(&mut repo.locked_cargo(&["build", "--package", "entrenous"]))?;
    let said = child::answer(repo.command(repo.binary(false)).arg("openapi"), "")?;
    let document: serde_json::Value = serde_json::from_str(&said)
        .map_err(|cause| format!("`entrenous openapi` did not write JSON: {cause}"))?;
    let paths = document
        .get("paths")
        .and_then(serde_json::Value::as_object)
        .map_or(0, serde_json::Map::len);
    fs::create_dir_all(repo.root.join("docs/api"))?;
    fs::write(repo.root.join("docs/api/openapi.json"), format!("{document:#}\n"))?;
    term::say(&format!("docs/api/openapi.json: {paths} paths"));
    Ok(ExitCode::SUCCESS)
}
