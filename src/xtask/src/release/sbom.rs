//! The bill of materials: CycloneDX 1.6, JSON, of what is compiled into the binary and bundled into the web client. Pure.
//!
//! It holds no random number and no time but the commit's, so that it is the same whenever it is made.

use std::collections::{BTreeMap, BTreeSet};

use serde_json::{Map, Value, json};

use crate::Outcome;

/// What is known of a release.
pub(super) struct Contents<'a> {
    pub(super) version: &'a str,
    pub(super) commit: &'a str,
    /// Seconds of Unix time.
    pub(super) epoch: u64,
    /// What `cargo metadata` says, for one platform.
    pub(super) crates: &'a Value,
    /// Which of them are compiled for the node, by `name version`, and whether they run in it or only while it is built. Cargo's
    /// metadata names more: what the features of other crates of the workspace ask for, and what weak features might.
    pub(super) compiled: &'a BTreeMap<String, bool>,
    /// SHA-256 of crates, by `name version`.
    pub(super) checksums: &'a BTreeMap<String, String>,
    /// `package-lock.json`.
    pub(super) npm: &'a Value,
    /// Names of the npm packages that are in the client.
    pub(super) npm_inside: &'a [&'a str],
    /// With what it is built.
    pub(super) tools: &'a BTreeMap<&'static str, String>,
}

/// SHA-256 of every crate of a registry in a `Cargo.lock`, by `name version`.
pub(super) fn checksums(lock: &str) -> BTreeMap<String, String> {
    let mut found = BTreeMap::new();
    for package in lock.split("[[package]]").skip(1) {
        let value = |key: &str| {
            let start = format!("{key} = \"");
            let line = package
                .lines()
                .find_map(|line| line.strip_prefix(start.as_str()))?;
            line.strip_suffix('"').map(str::to_owned)
        };
        if let (Some(name), Some(version), Some(checksum)) =
            (value("name"), value("version"), value("checksum"))
        {
            found.insert(format!("{name} {version}"), checksum);
        }
    }
    found
}

/// What is compiled, of two answers of `cargo tree --prefix none`: everything, and what runs in the node.
pub(super) fn compiled(all: &str, runs: &str) -> BTreeMap<String, bool> {
    let key = |line: &str| {
        let mut words = line.split_whitespace();
        Some(format!("{} {}", words.next()?, words.next()?.strip_prefix('v')?))
    };
    let runs: BTreeSet<String> = runs.lines().filter_map(key).collect();
    let all = all.lines().filter_map(key);
    all.map(|one| (one.clone(), runs.contains(&one))).collect()
}

/// The document.
///
/// # Errors
/// When what Cargo or npm says is not of the expected shape.
pub(super) fn document(contents: &Contents<'_>) -> Outcome<Value> {
    let crates = Crates::read(contents.crates)?;
    let root = crates.root()?;
    let needed = crates.needed(contents.compiled)?;
    let mut components = BTreeMap::new();
    let mut dependencies = BTreeMap::new();
    for (id, runs) in &needed {
        let Some(package) = crates.packages.get(id) else {
            continue;
        };
        let own = text(package, "source").is_none();
        let purl = purl(
            "cargo",
            text(package, "name").unwrap_or_default(),
            text(package, "version").unwrap_or_default(),
        );
        let checksum = contents
            .checksums
            .get(&key(package))
            .map(|sum| ("SHA-256", sum.clone()));
        let license = text(package, "license").map(|text| text.replace('/', " OR "));
        let part = component(&purl, package, license, checksum, *runs, own);
        let on: BTreeSet<String> = crates
            .dependencies(id)
            .filter(|on| needed.contains_key(on))
            .filter_map(|on| crates.purl(on))
            .collect();
        dependencies.insert(purl.clone(), on);
        if *id != root {
            components.insert(purl, part);
        }
    }
    let root_purl = crates.purl(root).ok_or("Cargo does not describe the node")?;
    for name in contents.npm_inside {
        let package = npm(contents.npm, name).ok_or_else(|| format!("package-lock.json has no {name}"))?;
        let version = text(package, "version").unwrap_or_default();
        let purl = purl("npm", name, version);
        let mut named = package.clone();
        if let Some(members) = named.as_object_mut() {
            members.insert("name".to_owned(), json!(name));
        }
        let license = text(package, "license").map(str::to_owned);
        let hash = text(package, "integrity").and_then(integrity);
        components.insert(purl.clone(), component(&purl, &named, license, hash, true, false));
        dependencies
            .entry(root_purl.clone())
            .or_default()
            .insert(purl.clone());
        dependencies.entry(purl).or_default();
    }
    Ok(assemble(contents, &root_purl, components, &dependencies))
}

fn assemble(
    contents: &Contents<'_>,
    root: &str,
    components: BTreeMap<String, Value>,
    dependencies: &BTreeMap<String, BTreeSet<String>>,
) -> Value {
    let tools: Vec<Value> = contents
        .tools
        .iter()
        .map(|(name, version)| json!({"type": "application", "name": name, "version": version}))
        .collect();
    let dependencies: Vec<Value> = dependencies
        .iter()
        .map(|(of, on)| json!({"ref": of, "dependsOn": on}))
        .collect();
    json!({
        "$schema": "http://cyclonedx.org/schema/bom-1.6.schema.json",
        "bomFormat": "CycloneDX",
        "specVersion": "1.6",
        "version": 1,
        "metadata": {
            "timestamp": timestamp(contents.epoch),
            "tools": {"components": tools},
            "component": {
                "type": "application",
                "bom-ref": root,
                "name": "entrenous",
                "version": contents.version,
                "purl": root,
                "licenses": [{"expression": "AGPL-3.0-only"}],
                "properties": [{"name": "entrenous:commit", "value": contents.commit}],
            },
        },
        "components": components.into_values().collect::<Vec<_>>(),
        "dependencies": dependencies,
    })
}

/// One part. What only runs while it is built (build scripts, macros) is `excluded`, as CycloneDX calls it.
fn component(
    purl: &str,
    package: &Value,
    license: Option<String>,
    hash: Option<(&'static str, String)>,
    runs: bool,
    own: bool,
) -> Value {
    let mut part = Map::new();
    part.insert("type".to_owned(), json!("library"));
    part.insert("bom-ref".to_owned(), json!(purl));
    part.insert("name".to_owned(), json!(text(package, "name")));
    part.insert("version".to_owned(), json!(text(package, "version")));
    part.insert("purl".to_owned(), json!(purl));
    part.insert(
        "scope".to_owned(),
        json!(if runs { "required" } else { "excluded" }),
    );
    if let Some(license) = license {
        part.insert("licenses".to_owned(), json!([{ "expression": license }]));
    }
    if let Some((algorithm, content)) = hash.filter(|_| !own) {
        part.insert(
            "hashes".to_owned(),
            json!([{"alg": algorithm, "content": content}]),
        );
    }
    Value::Object(part)
}

/// Cargo's packages, and what each needs.
struct Crates<'a> {
    packages: BTreeMap<&'a str, &'a Value>,
    nodes: BTreeMap<&'a str, &'a Value>,
}

impl<'a> Crates<'a> {
    fn read(metadata: &'a Value) -> Outcome<Self> {
        let by_id = |list: Option<&'a Value>| -> Outcome<BTreeMap<&'a str, &'a Value>> {
            let list = list
                .and_then(Value::as_array)
                .ok_or("Cargo's metadata is of another shape")?;
            Ok(list
                .iter()
                .filter_map(|item| Some((text(item, "id")?, item)))
                .collect())
        };
        Ok(Self {
            packages: by_id(metadata.get("packages"))?,
            nodes: by_id(metadata.pointer("/resolve/nodes"))?,
        })
    }

    /// The node.
    fn root(&self) -> Outcome<&'a str> {
        let found = self.packages.iter().find(|(_, package)| {
            text(package, "name") == Some("entrenous") && text(package, "source").is_none()
        });
        found
            .map(|(id, _)| *id)
            .ok_or_else(|| "Cargo does not know the package entrenous".into())
    }

    fn purl(&self, id: &str) -> Option<String> {
        let package = self.packages.get(id)?;
        Some(purl("cargo", text(package, "name")?, text(package, "version")?))
    }

    /// What a package needs to be built and run. Tests do not count.
    fn dependencies(&self, id: &str) -> impl Iterator<Item = &'a str> {
        let list = self.nodes.get(id).and_then(|node| node.get("deps")?.as_array());
        list.into_iter().flatten().filter_map(|one| {
            let kinds = one.get("dep_kinds")?.as_array()?;
            let mut kinds = kinds.iter().map(|kind| kind.get("kind").and_then(Value::as_str));
            kinds.any(|kind| kind != Some("dev")).then_some(text(one, "pkg")?)
        })
    }

    /// What is compiled, by id, and whether it runs in the node.
    fn needed(&self, compiled: &BTreeMap<String, bool>) -> Outcome<BTreeMap<&'a str, bool>> {
        let found = self.packages.iter();
        let needed: BTreeMap<_, _> = found
            .filter_map(|(id, package)| Some((*id, *compiled.get(&key(package))?)))
            .collect();
        if needed.len() == compiled.len() {
            Ok(needed)
        } else {
            Err("Cargo's metadata and its tree do not name the same crates".into())
        }
    }
}

fn text<'v>(value: &'v Value, name: &str) -> Option<&'v str> {
    value.get(name).and_then(Value::as_str)
}

fn key(package: &Value) -> String {
    format!(
        "{} {}",
        text(package, "name").unwrap_or_default(),
        text(package, "version").unwrap_or_default()
    )
}

/// A package URL. The name of an npm package may have a scope, whose `@` is escaped.
fn purl(kind: &str, name: &str, version: &str) -> String {
    let name = name.replace('@', "%40");
    let version = version.replace('+', "%2B");
    format!("pkg:{kind}/{name}@{version}")
}

/// A package at the top of `node_modules`.
fn npm<'v>(lock: &'v Value, name: &str) -> Option<&'v Value> {
    lock.get("packages")?.get(format!("node_modules/{name}"))
}

/// `sha512-…` in base64 as CycloneDX writes it.
fn integrity(text: &str) -> Option<(&'static str, String)> {
    let base64 = text.strip_prefix("sha512-")?;
    let (mut bits, mut held, mut hex) = (0_u32, 0_u32, String::new());
    for symbol in base64.bytes().take_while(|byte| *byte != b'=') {
        let value = match symbol {
            b'A'..=b'Z' => symbol - b'A',
            b'a'..=b'z' => symbol - b'a' + 26,
            b'0'..=b'9' => symbol - b'0' + 52,
            b'+' => 62,
            b'/' => 63,
            _ => return None,
        };
        bits = bits << 6 | u32::from(value);
        held += 6;
        if held >= 8 {
            held -= 8;
            hex.push_str(&format!("{:02x}", bits >> held & 0xff));
        }
    }
    (hex.len() == 128).then_some(("SHA-512", hex))
}

/// Seconds of Unix time as RFC 3339 (Howard Hinnant's days-to-civil is the standard way without a library).
fn timestamp(epoch: u64) -> String {
    let (days, second) = (epoch / 86_400, epoch % 86_400);
    let shifted = days + 719_468;
    let (era, day_of_era) = (shifted / 146_097, shifted % 146_097);
    let year_of_era = (day_of_era - day_of_era / 1_460 + day_of_era / 36_524 - day_of_era / 146_096) / 365;
    let day_of_year = day_of_era - (365 * year_of_era + year_of_era / 4 - year_of_era / 100);
    let month = (5 * day_of_year + 2) / 153;
    let day = day_of_year - (153 * month + 2) / 5 + 1;
    let month = if month < 10 { month + 3 } else { month - 9 };
    let year = year_of_era + era * 400 + u64::from(month <= 2);
    format!(
        "{year:04}-{month:02}-{day:02}T{:02}:{:02}:{:02}Z",
        second / 3_600,
        second / 60 % 60,
        second % 60
    )
}

#[cfg(test)]
mod tests {
    use super::*;

    const ALL: &str = "entrenous v1.0.0 (/some/where)\na v1.0.0\ncc v1.0.0\nmacro v1.0.0 (proc-macro)\nshared v1.0.0\n\
        syn v1.0.0\nshared v1.0.0 (*)\n";
    const RUNS: &str = "entrenous v1.0.0 (/some/where)\na v1.0.0\nshared v1.0.0\n";

    fn metadata() -> Value {
        let package = |name: &str, kind: &str, own: bool| {
            json!({
                "id": name, "name": name, "version": "1.0.0", "license": "MIT/Apache-2.0",
                "source": (!own).then_some("registry"), "targets": [{"kind": [kind]}],
            })
        };
        let dep = |name: &str, kind: Option<&str>| json!({"pkg": name, "dep_kinds": [{"kind": kind}]});
        json!({
            "packages": [
                package("entrenous", "bin", true), package("a", "lib", false), package("macro", "proc-macro", false),
                package("syn", "lib", false), package("cc", "lib", false), package("tests", "lib", false),
                package("shared", "lib", false), package("weak", "lib", false),
            ],
            "resolve": {"nodes": [
                {"id": "entrenous", "deps": [dep("a", None), dep("macro", None), dep("tests", Some("dev"))]},
                {"id": "a", "deps": [dep("cc", Some("build")), dep("shared", None), dep("weak", None)]},
                {"id": "macro", "deps": [dep("syn", None), dep("shared", None)]},
                {"id": "syn", "deps": []}, {"id": "weak", "deps": []}, {"id": "cc", "deps": []}, {"id": "tests", "deps": []}, {"id": "shared", "deps": []},
            ]},
        })
    }

    fn made() -> Value {
        let lock = "[[package]]\nname = \"a\"\nversion = \"1.0.0\"\nchecksum = \"abc\"\n";
        let npm = json!({"packages": {"node_modules/@x/y": {
            "version": "2.0.0", "license": "MIT", "integrity": format!("sha512-{}==", "AAAA".repeat(21) + "AQ"),
        }}});
        document(&Contents {
            version: "0.1.0",
            commit: "c0ffee",
            epoch: 1_795_442_700,
            crates: &metadata(),
            compiled: &compiled(ALL, RUNS),
            checksums: &checksums(lock),
            npm: &npm,
            npm_inside: &["@x/y"],
            tools: &BTreeMap::from([("rustc", "1".to_owned())]),
        })
        .unwrap()
    }

    #[test]
    fn what_runs_and_what_only_builds() {
        let document = made();
        let scopes: BTreeMap<&str, &str> = document["components"]
            .as_array()
            .unwrap()
            .iter()
            .map(|part| (part["name"].as_str().unwrap(), part["scope"].as_str().unwrap()))
            .collect();
        let expected = [
            ("@x/y", "required"),
            ("a", "required"),
            ("cc", "excluded"),
            ("macro", "excluded"),
            ("shared", "required"),
            ("syn", "excluded"),
        ];
        assert_eq!(scopes, BTreeMap::from(expected));
    }

    #[test]
    fn it_has_the_shape_of_cyclonedx() {
        let document = made();
        assert_eq!(
            (&document["bomFormat"], &document["specVersion"]),
            (&json!("CycloneDX"), &json!("1.6"))
        );
        assert_eq!(document["metadata"]["timestamp"], "2026-11-23T14:05:00Z");
        assert_eq!(
            document["metadata"]["component"]["purl"],
            "pkg:cargo/entrenous@0.1.0".replace("0.1.0", "1.0.0")
        );
        let parts = document["components"].as_array().unwrap();
        let of = |name: &str| parts.iter().find(|part| part["name"] == name).unwrap();
        assert_eq!(of("a")["hashes"], json!([{"alg": "SHA-256", "content": "abc"}]));
        assert_eq!(of("a")["licenses"], json!([{"expression": "MIT OR Apache-2.0"}]));
        assert_eq!(of("@x/y")["purl"], "pkg:npm/%40x/y@2.0.0");
        let hash = of("@x/y")["hashes"][0]["content"].as_str().unwrap();
        assert!(hash.len() == 128 && hash.ends_with("01"), "{hash}");
        // Every reference leads somewhere.
        let mut known: BTreeSet<&str> = parts
            .iter()
            .map(|part| part["bom-ref"].as_str().unwrap())
            .collect();
        known.insert(document["metadata"]["component"]["bom-ref"].as_str().unwrap());
        for dependency in document["dependencies"].as_array().unwrap() {
            assert!(known.contains(dependency["ref"].as_str().unwrap()));
            for on in dependency["dependsOn"].as_array().unwrap() {
                assert!(known.contains(on.as_str().unwrap()), "{on}");
            }
        }
        assert_eq!(document.to_string(), made().to_string());
    }

    #[test]
    fn times_and_packages_are_written_as_they_should() {
        assert_eq!(timestamp(0), "1970-01-01T00:00:00Z");
        assert_eq!(timestamp(951_782_400), "2000-02-29T00:00:00Z");
        assert_eq!(purl("cargo", "a", "1.0.0+b"), "pkg:cargo/a@1.0.0%2Bb");
        assert_eq!(integrity("sha1-x"), None);
    }
}
