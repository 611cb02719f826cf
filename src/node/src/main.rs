//! Entrenous: an enterprise social network that federates. One binary: the node, and its command line.

mod app;
mod cli;
mod commands;
mod config;
mod control;
mod failure;
mod files;
mod keysmith;
mod log;
mod secret_file;
mod serve;
mod system;

use clap::Parser as _;
use std::process::ExitCode;

#[global_allocator]
static ALLOCATOR: mimalloc::MiMalloc = mimalloc::MiMalloc;

fn main() -> ExitCode {
    let arguments = cli::Arguments::parse();
    let runtime = match tokio::runtime::Builder::new_multi_thread().enable_all().build() {
        Ok(runtime) => runtime,
        Err(error) => return cli::output::fail(&format!("the runtime cannot start: {error}").into()),
    };
    let code = runtime.block_on(cli::run(arguments));
    // Threads that still compute (a key, a hash) must not hold the exit up.
    runtime.shutdown_timeout(std::time::Duration::from_secs(1));
    code
}
