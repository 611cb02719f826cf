//! Tells cargo that a new migration folder means a new build: the embedding macro cannot say so itself.

fn main() {
    println!("cargo::rerun-if-changed=../../migrations");
}
