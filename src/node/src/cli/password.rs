//! Secrets from standard input. No prompt unless a person sits there.

use std::io::{BufRead as _, IsTerminal as _, Write as _};

/// True if a person can be asked.
pub(crate) fn is_interactive() -> bool {
    std::io::stdin().is_terminal() && std::io::stderr().is_terminal()
}

/// Reads a password: the first line of standard input, or asked twice on a terminal.
pub(crate) fn read(from_stdin: bool, flag: &str, prompt: &str) -> Result<String, String> {
    if from_stdin {
        let mut line = String::new();
        std::io::stdin()
            .lock()
            .read_line(&mut line)
            .map_err(|error| format!("standard input: {error}"))?;
        let password = line.trim_end_matches(['\r', '\n']).to_owned();
        return if password.is_empty() {
            Err(format!("{flag}: standard input is empty"))
        } else {
            Ok(password)
        };
    }
    if !is_interactive() {
        return Err(format!(
            "no terminal to ask for a password: give it on standard input with {flag}"
        ));
    }
    let ask = |prompt: &str| rpassword::prompt_password(prompt).map_err(|error| format!("terminal: {error}"));
    let first = ask(&format!("{prompt}: "))?;
    if first != ask("The same again: ")? {
        return Err("the two were not the same; nothing was changed".to_owned());
    }
    Ok(first)
}

/// Asks yes or no on a terminal; anything but yes is no.
pub(crate) fn ask(question: &str) -> Result<bool, String> {
    let mut error = std::io::stderr();
    write!(error, "{question} [y/N] ")
        .and_then(|()| error.flush())
        .map_err(|error| format!("terminal: {error}"))?;
    let mut line = String::new();
    std::io::stdin()
        .lock()
        .read_line(&mut line)
        .map_err(|error| format!("terminal: {error}"))?;
    Ok(matches!(
        line.trim().to_ascii_lowercase().as_str(),
        "y" | "yes" | "o" | "oui"
    ))
}
