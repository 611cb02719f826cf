//! Whether the node answers as its OpenAPI document says: schemathesis, kept in the build folder, and the script that runs it.

use std::process::Command;

use super::clients;
use crate::Outcome;
use crate::repo::Repo;

const FOLDER: &str = "federation-tests/described";

/// The script, after installing schemathesis where it is missing.
///
/// # Errors
/// When there is no Python, or PyPI cannot be reached.
pub(super) fn script(repo: &Repo) -> Outcome<Command> {
    let folder = repo.root.join(FOLDER);
    let list = folder.join("requirements.txt");
    let python = clients::python_with(repo, &list, "tools/schemathesis", "schemathesis")?;
    let mut script = repo.command(python);
    script
        .arg(folder.join("run.py"))
        // Nothing is written into the checkout.
        .env("PYTHONDONTWRITEBYTECODE", "1");
    Ok(script)
}
