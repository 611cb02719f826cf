//! What libFuzzer says of a run. Pure.

/// What came of one target.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub(super) struct Count {
    /// Inputs that were run.
    pub(super) executions: u64,
    /// Edges that were reached.
    pub(super) edges: u64,
    /// Inputs that are worth keeping, since each reaches something that the others do not.
    pub(super) corpus: u64,
    /// The most memory, in MiB.
    pub(super) memory: u64,
    /// It ended as it should.
    ended: bool,
    /// The input that broke it.
    pub(super) input: Option<String>,
    /// What broke.
    reason: Option<String>,
}

impl Count {
    /// Reads what the fuzzer wrote to standard error.
    pub(super) fn read(said: &str, ended: bool) -> Self {
        let mut count = Self {
            ended,
            ..Self::default()
        };
        for line in said.lines() {
            if let Some(number) = after(line, "cov: ") {
                count.edges = number;
                count.corpus = after(line, "corp: ").unwrap_or(count.corpus);
            }
            if let Some(number) = after(line, "stat::number_of_executed_units:") {
                count.executions = number;
            }
            if let Some(number) = after(line, "stat::peak_rss_mb:") {
                count.memory = number;
            }
            if let Some((_, path)) = line.split_once("Test unit written to ") {
                count.input = Some(path.trim().to_owned());
            }
            if line.contains("panicked at ") || line.contains("ERROR: libFuzzer: ") {
                count.reason.get_or_insert_with(|| line.trim().to_owned());
            }
        }
        count
    }

    /// Whether something was found.
    pub(super) const fn is_broken(&self) -> bool {
        !self.ended || self.input.is_some()
    }

    /// What.
    pub(super) fn why(&self) -> &str {
        self.reason.as_deref().unwrap_or("it ended early")
    }

    /// A line for the terminal.
    pub(super) fn line(&self, name: &str) -> String {
        format!(
            "{} {} executions, {} edges, {} inputs kept, {} MiB{}",
            crate::term::pad(name, 16),
            thousands(self.executions),
            thousands(self.edges),
            thousands(self.corpus),
            self.memory,
            if self.is_broken() { ", BROKEN" } else { "" }
        )
    }
}

/// The number behind `key` in a line.
fn after(line: &str, key: &str) -> Option<u64> {
    let (_, rest) = line.split_once(key)?;
    let digits: String = rest
        .trim_start()
        .chars()
        .take_while(char::is_ascii_digit)
        .collect();
    digits.parse().ok()
}

/// `1234567` as `1,234,567`.
pub(super) fn thousands(number: u64) -> String {
    let digits = number.to_string();
    let mut out = String::new();
    for (at, digit) in digits.chars().enumerate() {
        if at > 0 && (digits.len() - at).is_multiple_of(3) {
            out.push(',');
        }
        out.push(digit);
    }
    out
}

#[cfg(test)]
mod tests {
    use super::*;

    const GOOD: &str = "\
INFO: Loaded 1 modules   (81234 inline 8-bit counters): 81234 [0x1, 0x2),
#2\tINITED cov: 10 ft: 11 corp: 1/1b exec/s: 0 rss: 40Mb
#131072\tDONE   cov: 1432 ft: 5012 corp: 388/41Kb lim: 4096 exec/s: 2148 rss: 96Mb
Done 131072 runs in 61 second(s)
stat::number_of_executed_units: 131072
stat::average_exec_per_sec:     2148
stat::peak_rss_mb:              96
";

    #[test]
    fn a_run_that_found_nothing() {
        let count = Count::read(GOOD, true);
        assert_eq!(
            (count.executions, count.edges, count.corpus, count.memory),
            (131_072, 1_432, 388, 96)
        );
        assert!(!count.is_broken());
        assert!(count.line("html").contains("131,072 executions, 1,432 edges"));
        assert!(Count::read(GOOD, false).is_broken());
    }

    #[test]
    fn a_run_that_found_something() {
        let said = "\
#5\tNEW    cov: 12 ft: 12 corp: 2/5b lim: 4 exec/s: 0 rss: 40Mb
thread '<unnamed>' panicked at src/targets/html.rs:9:5:
no
==7== ERROR: libFuzzer: deadly signal
artifact_prefix='/x/'; Test unit written to /x/crash-0a1b
stat::number_of_executed_units: 6
";
        let count = Count::read(said, false);
        assert_eq!(count.input.as_deref(), Some("/x/crash-0a1b"));
        assert!(count.is_broken() && count.why().contains("html.rs:9:5"));
        assert_eq!(count.executions, 6);
    }

    #[test]
    fn numbers_read_well() {
        assert_eq!(
            [thousands(7), thousands(1_000), thousands(12_345_678)],
            ["7", "1,000", "12,345,678"]
        );
    }
}
