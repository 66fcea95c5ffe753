//! Links the unwinder into the program, so that it needs nothing but glibc.
//!
//! Rust asks the linker for `libgcc_s.so.1`, which is GCC's and not glibc's: an image or a chroot that
//! holds only glibc does not have it. A linker script of that name, found first, takes the same code
//! from the static libraries beside the compiler. Where those are missing (another compiler, another
//! target) nothing changes, and `cargo xtask dist` says what it misses.

use std::path::Path;
use std::process::Command;

/// What the linker finds in place of the shared library.
const SCRIPT: &str = "INPUT(-l:libgcc_eh.a -l:libgcc.a)\n";

fn main() {
    println!("cargo:rerun-if-changed=build.rs");
    let variable = |name: &str| std::env::var(name).unwrap_or_default();
    let native = variable("HOST") == variable("TARGET");
    let glibc =
        variable("CARGO_CFG_TARGET_OS") == "linux" && variable("CARGO_CFG_TARGET_ENV") == "gnu";
    let folder = variable("OUT_DIR");
    if !native || !glibc || !compiler_has("libgcc_eh.a") || !compiler_has("libgcc.a") {
        return;
    }
    if std::fs::write(Path::new(&folder).join("libgcc_s.so"), SCRIPT).is_ok() {
        println!("cargo:rustc-link-arg-bins=-L{folder}");
    }
}

/// Whether the compiler that links has this library. It answers with the bare name when not.
fn compiler_has(library: &str) -> bool {
    let linker = std::env::var_os("RUSTC_LINKER").unwrap_or_else(|| "cc".into());
    let answer = Command::new(linker)
        .arg(format!("-print-file-name={library}"))
        .output();
    answer.is_ok_and(|answer| {
        let path = String::from_utf8_lossy(&answer.stdout);
        Path::new(path.trim()).is_absolute()
    })
}
