//! `entrenous-fuzz`: names the targets, writes their seeds and dictionaries, and runs a target on files without the fuzzer,
//! to see again what it found.

use entrenous_fuzz::{Corpus, TARGETS, target};
use std::error::Error;
use std::fs;
use std::io::Write as _;
use std::path::Path;

const USAGE: &str = "entrenous-fuzz seeds FOLDER | entrenous-fuzz run TARGET FILE...";

fn main() -> Result<(), Box<dyn Error>> {
    let given: Vec<String> = std::env::args().skip(1).collect();
    let given: Vec<&str> = given.iter().map(String::as_str).collect();
    match given.as_slice() {
        ["seeds", folder] => seeds(Path::new(folder)),
        ["run", name, files @ ..] => {
            let target = target(name).ok_or_else(|| format!("there is no target {name}"))?;
            for file in files {
                (target.run)(&fs::read(file)?);
            }
            Ok(())
        }
        _ => Err(USAGE.into()),
    }
}

/// Writes `FOLDER/corpus/NAME/…` and `FOLDER/NAME.dict`, and says a line for each target: name, longest input, what it reads.
fn seeds(folder: &Path) -> Result<(), Box<dyn Error>> {
    let corpus = Corpus::recorded()?;
    let mut out = std::io::stdout().lock();
    for target in TARGETS {
        let inputs = folder.join("corpus").join(target.name);
        fs::create_dir_all(&inputs)?;
        for (number, seed) in (target.seeds)(&corpus).iter().enumerate() {
            fs::write(inputs.join(format!("seed-{number:04}")), seed)?;
        }
        let words: String = target.words.iter().map(|word| quoted(word)).collect();
        fs::write(folder.join(format!("{}.dict", target.name)), words)?;
        writeln!(out, "{}\t{}\t{}", target.name, target.longest, target.about)?;
    }
    Ok(())
}

/// A line of a dictionary of libFuzzer.
fn quoted(word: &str) -> String {
    let mut line = String::from("\"");
    for byte in word.bytes() {
        match byte {
            b'"' | b'\\' => {
                line.push('\\');
                line.push(char::from(byte));
            }
            byte if byte.is_ascii_graphic() || byte == b' ' => line.push(char::from(byte)),
            byte => line.push_str(&format!("\\x{byte:02x}")),
        }
    }
    line.push_str("\"\n");
    line
}
