//! Other programs: run to the end, or kept running and stopped with us.

use std::ffi::OsStr;
use std::io::Write;
use std::os::unix::process::CommandExt;
use std::path::{Path, PathBuf};
use std::process::{Child, Command, ExitCode, ExitStatus, Stdio};
use std::time::{Duration, Instant};

use crate::{Outcome, signals};

/// How often a running program and the stop flag are looked at. Neither std nor a signal flag can be waited on
/// together with a child, so they are polled.
const TICK: Duration = Duration::from_millis(20);

/// Lets a moment pass while polling something that cannot be waited on.
pub(crate) fn pause() {
    std::thread::sleep(TICK);
}

/// Asks `question` again until it answers something, for at most `patience`; nothing when time is up.
///
/// # Errors
/// What the question fails with, or that the developer asked to stop.
pub(crate) fn until<T>(
    patience: Duration,
    mut question: impl FnMut() -> Outcome<Option<T>>,
) -> Outcome<Option<T>> {
    let begun = Instant::now();
    loop {
        if let Some(answer) = question()? {
            return Ok(Some(answer));
        }
        if signals::stopping() {
            return Err("stopped".into());
        }
        if begun.elapsed() > patience {
            return Ok(None);
        }
        pause();
    }
}

/// A program's path, looked up in `PATH`.
pub(crate) fn in_path(program: &str) -> Option<PathBuf> {
    let path = std::env::var_os("PATH")?;
    std::env::split_paths(&path)
        .map(|folder| folder.join(program))
        .find(|candidate| candidate.is_file())
}

/// Runs a command in the foreground; whether it went well, as our own status.
///
/// # Errors
/// As [`run`].
pub(crate) fn outcome(command: &mut Command) -> Outcome<ExitCode> {
    Ok(if run(command)?.success() {
        ExitCode::SUCCESS
    } else {
        ExitCode::FAILURE
    })
}

/// Runs a command in the foreground. When we are asked to stop, so is it.
///
/// # Errors
/// When it cannot be started or waited for.
pub(crate) fn run(command: &mut Command) -> Outcome<ExitStatus> {
    let mut child = command.spawn().map_err(|cause| cannot_start(command, &cause))?;
    loop {
        if let Some(status) = child.try_wait()? {
            return Ok(status);
        }
        if signals::stopping() {
            // From a terminal it had Ctrl-C itself; this is for a SIGTERM sent to us alone.
            return stop(&mut child, "TERM", Duration::from_secs(10));
        }
        pause();
    }
}

/// Runs a command in the foreground, as [`run`], and demands success.
///
/// # Errors
/// When it cannot be started, or ends with anything but success.
pub(crate) fn succeed(command: &mut Command) -> Outcome {
    let status = run(command)?;
    if status.success() {
        Ok(())
    } else {
        Err(format!("`{}` failed ({status})", line(command)).into())
    }
}

/// Runs a command to its end with `input` on its standard input, and gives its standard output.
///
/// # Errors
/// When it cannot be started, or fails: the error then holds what it wrote to standard error.
pub(crate) fn answer(command: &mut Command, input: &str) -> Outcome<String> {
    command
        .stdin(Stdio::piped())
        .stdout(Stdio::piped())
        .stderr(Stdio::piped());
    let mut child = command.spawn().map_err(|cause| cannot_start(command, &cause))?;
    if let Some(mut stdin) = child.stdin.take() {
        // A program that does not read its input may be gone already: its exit status tells.
        drop(stdin.write_all(input.as_bytes()));
    }
    let output = child.wait_with_output()?;
    if output.status.success() {
        Ok(String::from_utf8_lossy(&output.stdout).into_owned())
    } else {
        let said = String::from_utf8_lossy(&output.stderr);
        Err(format!(
            "`{}` failed ({})\n{}",
            line(command),
            output.status,
            said.trim_end()
        )
        .into())
    }
}

/// A command for a program that is to run beside us: in its own process group, so that Ctrl-C reaches it only
/// through us and once, and told by the kernel when we die without being able to tell it ourselves.
pub(crate) fn beside(program: &Path, farewell: &str) -> Command {
    let mut command = match in_path("setpriv") {
        Some(setpriv) => {
            let mut command = Command::new(setpriv);
            command.args(["--pdeathsig", farewell, "--"]).arg(program);
            command
        }
        None => Command::new(program),
    };
    command.process_group(0).stdin(Stdio::null());
    command
}

/// A program that runs beside us, stopped when dropped.
pub(crate) struct Running {
    child: Child,
    farewell: &'static str,
    patience: Duration,
}

impl Running {
    /// Starts `command`. It will be stopped with the signal `farewell`, and killed after `patience`.
    ///
    /// # Errors
    /// When it cannot be started.
    pub(crate) fn start(command: &mut Command, farewell: &'static str, patience: Duration) -> Outcome<Self> {
        let child = command.spawn().map_err(|cause| cannot_start(command, &cause))?;
        Ok(Self {
            child,
            farewell,
            patience,
        })
    }

    /// How it ended, if it has.
    ///
    /// # Errors
    /// When the system cannot say.
    pub(crate) fn ended(&mut self) -> Outcome<Option<ExitStatus>> {
        Ok(self.child.try_wait()?)
    }

    /// Asks it to stop, without waiting.
    pub(crate) fn ask_to_stop(&self) {
        signal(&self.child, self.farewell);
    }

    /// Stops it and waits for its end.
    ///
    /// # Errors
    /// When the system cannot say how it ended.
    pub(crate) fn stop(&mut self) -> Outcome<ExitStatus> {
        stop(&mut self.child, self.farewell, self.patience)
    }
}

impl Drop for Running {
    fn drop(&mut self) {
        drop(self.stop());
    }
}

fn stop(child: &mut Child, farewell: &str, patience: Duration) -> Outcome<ExitStatus> {
    if let Some(status) = child.try_wait()? {
        return Ok(status);
    }
    signal(child, farewell);
    let begun = Instant::now();
    while begun.elapsed() < patience {
        if let Some(status) = child.try_wait()? {
            return Ok(status);
        }
        pause();
    }
    child.kill()?;
    Ok(child.wait()?)
}

/// std can only kill; every shell has `kill`.
fn signal(child: &Child, name: &str) {
    drop(
        Command::new("sh")
            .args(["-c", &format!("kill -s {name} {}", child.id())])
            .stdin(Stdio::null())
            .stderr(Stdio::null())
            .status(),
    );
}

fn cannot_start(command: &Command, cause: &std::io::Error) -> String {
    format!("cannot start `{}`: {cause}", line(command))
}

/// The command as one would type it.
fn line(command: &Command) -> String {
    let program = Path::new(command.get_program());
    let program = program.file_name().unwrap_or(program.as_os_str());
    let words = std::iter::once(program).chain(command.get_args());
    words.map(OsStr::to_string_lossy).collect::<Vec<_>>().join(" ")
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn an_answer_is_what_was_said() {
        assert_eq!(answer(&mut Command::new("cat"), "bonjour").unwrap(), "bonjour");
    }

    #[test]
    fn a_failure_tells_why() {
        let failure = answer(
            Command::new("sh").args(["-c", "echo no such peer >&2; exit 3"]),
            "",
        )
        .unwrap_err();
        assert!(failure.to_string().contains("no such peer"), "{failure}");
    }

    #[test]
    fn what_runs_beside_us_is_stopped() {
        let shell = in_path("sleep").unwrap();
        let mut running =
            Running::start(beside(&shell, "TERM").arg("60"), "TERM", Duration::from_secs(5)).unwrap();
        assert!(running.ended().unwrap().is_none());
        assert!(!running.stop().unwrap().success());
    }
}
