//! Takes the built web client into the binary: every file of `ENTRENOUS_WEB_DIST`, or of `web/dist`, plain and
//! compressed. Where there is none, the list is empty and nothing fails: the node can be compiled without Node.js.

use std::error::Error;
use std::fmt::Write as _;
use std::fs;
use std::io::Write as _;
use std::path::{Path, PathBuf};

/// A form is kept if it saves at least this share of the plain one.
const SAVES: usize = 10;

fn main() -> Result<(), Box<dyn Error>> {
    println!("cargo::rerun-if-changed=build.rs");
    println!("cargo::rerun-if-env-changed=ENTRENOUS_WEB_DIST");
    let out = PathBuf::from(std::env::var_os("OUT_DIR").ok_or("Cargo sets OUT_DIR")?);
    let mut list = String::from("static FILES: &[File] = &[\n");
    if let Some(folder) = folder() {
        println!("cargo::rerun-if-changed={}", folder.display());
        let files = files(&folder)?;
        // Half a client is none: without its first page nothing leads to the rest.
        if folder.join("index.html").is_file() {
            for (number, path) in files.iter().enumerate() {
                entry(&mut list, &folder, path, &out.join(format!("file{number}")))?;
            }
        }
    }
    list.push_str("];\n");
    fs::write(out.join("files.rs"), list)?;
    Ok(())
}

/// Where the built client is, or will be.
fn folder() -> Option<PathBuf> {
    if let Some(named) = std::env::var_os("ENTRENOUS_WEB_DIST").filter(|named| !named.is_empty()) {
        return Some(named.into());
    }
    let web = Path::new("../../web");
    let dist = fs::canonicalize(web).ok()?.join("dist");
    // Cargo takes a watched path that is missing for one that changed, and would compile the node anew every time. An
    // empty folder (which Git does not see) stands still until a client is built into it.
    if !dist.exists() {
        drop(fs::create_dir(&dist));
    }
    dist.exists().then_some(dist)
}

/// Every file below `folder`, as paths from there with slashes, sorted. Maps for debuggers stay out.
fn files(folder: &Path) -> Result<Vec<String>, Box<dyn Error>> {
    let mut found = Vec::new();
    let mut open = vec![folder.to_path_buf()];
    while let Some(next) = open.pop() {
        for entry in fs::read_dir(next)? {
            let path = entry?.path();
            if path.is_dir() {
                open.push(path);
                continue;
            }
            let name = path
                .strip_prefix(folder)?
                .to_str()
                .ok_or("a file's name is not UTF-8")?;
            if !name.ends_with(".map") {
                found.push(name.to_owned());
            }
        }
    }
    found.sort();
    Ok(found)
}

/// Writes the compressed forms of one file and adds it to the list.
fn entry(list: &mut String, folder: &Path, path: &str, out: &Path) -> Result<(), Box<dyn Error>> {
    let source = folder.join(path);
    let plain = fs::read(&source)?;
    let brotli = kept(&plain, brotli(&plain)?, &out.with_extension("br"))?;
    let gzip = kept(&plain, gzip(&plain)?, &out.with_extension("gz"))?;
    writeln!(
        list,
        "    File {{ path: {path:?}, plain: include_bytes!({source:?}), brotli: {brotli}, gzip: {gzip} }},"
    )?;
    Ok(())
}

/// The expression for a compressed form: none if it saves too little, as with pictures and fonts.
fn kept(plain: &[u8], smaller: Vec<u8>, path: &Path) -> Result<String, Box<dyn Error>> {
    if smaller.len() + plain.len() / SAVES >= plain.len() {
        return Ok("None".to_owned());
    }
    fs::write(path, smaller)?;
    Ok(format!("Some(include_bytes!({path:?}))"))
}

fn brotli(plain: &[u8]) -> Result<Vec<u8>, Box<dyn Error>> {
    let mut out = Vec::new();
    let parameters = brotli::enc::BrotliEncoderParams {
        quality: 11,
        lgwin: 22,
        size_hint: plain.len(),
        ..Default::default()
    };
    brotli::BrotliCompress(&mut &*plain, &mut out, &parameters)?;
    Ok(out)
}

fn gzip(plain: &[u8]) -> Result<Vec<u8>, Box<dyn Error>> {
    let mut encoder = flate2::write::GzEncoder::new(Vec::new(), flate2::Compression::best());
    encoder.write_all(plain)?;
    Ok(encoder.finish()?)
}
