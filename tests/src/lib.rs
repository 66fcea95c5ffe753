//! The workbench of the whole-program tests: a folder of its own for each test, the real binary,
//! and Python programs that read what it wrote.
//!
//! ```no_run
//! let bench = tests::Bench::new();
//! bench.file("in/app.log", b"patient ssn 219-47-3612\n");
//! let run = bench.scan(&["in"]);
//! assert_eq!(run.status, 1);
//! assert_eq!(bench.canonical().lines().count(), 1);
//! ```
#![allow(
    clippy::unwrap_used,
    clippy::panic,
    reason = "a test's own tools fail by panicking"
)]

pub mod archives;
pub mod markdown;

use std::fs;
use std::path::{Path, PathBuf};
use std::process::{Command, Output, Stdio};

use serde_json::Value;
use tempfile::TempDir;

/// A folder with inputs, a token key and an output folder.
pub struct Bench {
    folder: TempDir,
}

/// How a command ended.
#[derive(Debug)]
pub struct Run {
    /// The exit status; -1 when a signal ended it.
    pub status: i32,
    /// Standard output.
    pub stdout: String,
    /// Standard error.
    pub stderr: String,
}

impl From<Output> for Run {
    fn from(output: Output) -> Self {
        Self {
            status: output.status.code().unwrap_or(-1),
            stdout: String::from_utf8_lossy(&output.stdout).into_owned(),
            stderr: String::from_utf8_lossy(&output.stderr).into_owned(),
        }
    }
}

impl Default for Bench {
    fn default() -> Self {
        Self::new()
    }
}

impl Bench {
    /// An empty bench below `target/`, with the token key that all tests share.
    #[must_use]
    pub fn new() -> Self {
        let base = root().join("target/test-benches");
        fs::create_dir_all(&base).unwrap();
        let folder = tempfile::Builder::new()
            .prefix("bench-")
            .tempdir_in(base)
            .unwrap();
        fs::write(folder.path().join("token.key"), KEY).unwrap();
        Self { folder }
    }

    /// Where it is.
    #[must_use]
    pub fn path(&self) -> &Path {
        self.folder.path()
    }

    /// A path below the bench.
    #[must_use]
    pub fn at(&self, below: &str) -> PathBuf {
        self.folder.path().join(below)
    }

    /// Writes a file, and the folders above it.
    pub fn file(&self, below: &str, bytes: &[u8]) -> PathBuf {
        let path = self.at(below);
        fs::create_dir_all(path.parent().unwrap()).unwrap();
        fs::write(&path, bytes).unwrap();
        path
    }

    /// phiscan, with the bench as working folder, the shared key, and nothing of the developer's
    /// own settings.
    #[must_use]
    pub fn phiscan(&self, arguments: &[&str]) -> Command {
        let mut command = Command::new(binary());
        command
            .args(arguments)
            .current_dir(self.path())
            .stdin(Stdio::null());
        for (name, _) in std::env::vars_os() {
            if name.to_string_lossy().starts_with("PHISCAN_") {
                command.env_remove(name);
            }
        }
        command
            .env("PHISCAN_TOKEN_KEY", self.at("token.key"))
            .env("XDG_CONFIG_HOME", self.at("config"))
            .env("NO_COLOR", "1")
            .env_remove("CI");
        command
    }

    /// Runs phiscan to its end.
    #[must_use]
    pub fn run(&self, arguments: &[&str]) -> Run {
        self.phiscan(arguments).output().unwrap().into()
    }

    /// `phiscan scan …` into the bench's `phiscan-out`.
    #[must_use]
    pub fn scan(&self, arguments: &[&str]) -> Run {
        self.run(&[&["scan", "--progress", "never"], arguments].concat())
    }

    /// Rows of a query over `phiscan-out`.
    #[must_use]
    pub fn query(&self, sql: &str) -> Vec<Value> {
        self.query_from("phiscan-out", sql)
    }

    /// Rows of a query over another output folder.
    #[must_use]
    pub fn query_from(&self, from: &str, sql: &str) -> Vec<Value> {
        let run = self.run(&["query", "--format", "json", "--from", from, sql]);
        assert_eq!(run.status, 0, "{sql}: {}", run.stderr);
        let rows: Value = serde_json::from_str(&run.stdout).unwrap();
        rows.as_array().unwrap().clone()
    }

    /// The canonical export of `phiscan-out`.
    #[must_use]
    pub fn canonical(&self) -> String {
        self.canonical_from("phiscan-out", &[])
    }

    /// The canonical export of another output folder.
    #[must_use]
    pub fn canonical_from(&self, from: &str, more: &[&str]) -> String {
        let arguments = [
            &["export", "--to", "jsonl", "--canonical", "--from", from],
            more,
        ]
        .concat();
        let run = self.run(&arguments);
        assert_eq!(run.status, 0, "{}", run.stderr);
        run.stdout
    }

    /// All files below a folder of the bench, with their bytes.
    #[must_use]
    pub fn files_below(&self, below: &str) -> Vec<(PathBuf, Vec<u8>)> {
        let mut found = Vec::new();
        collect(&self.at(below), &mut found);
        found.sort();
        found
    }
}

fn collect(folder: &Path, found: &mut Vec<(PathBuf, Vec<u8>)>) {
    for entry in fs::read_dir(folder).into_iter().flatten() {
        let path = entry.unwrap().path();
        if path.is_dir() {
            collect(&path, found);
        } else {
            found.push((path.clone(), fs::read(&path).unwrap()));
        }
    }
}

/// A token key that is no secret.
pub const KEY: &str = "000102030405060708090a0b0c0d0e0f101112131415161718191a1b1c1d1e1f\n";

/// The workspace's folder.
#[must_use]
pub fn root() -> PathBuf {
    Path::new(env!("CARGO_MANIFEST_DIR"))
        .parent()
        .unwrap()
        .to_owned()
}

/// The phiscan that `cargo build` made, in the same profile as the tests.
#[must_use]
pub fn binary() -> PathBuf {
    let test = std::env::current_exe().unwrap();
    let path = test.ancestors().nth(2).unwrap().join("phiscan");
    assert!(
        path.exists(),
        "{} is missing: run `cargo xtask test`, which builds it",
        path.display()
    );
    path
}

/// Python with the packages of `tests/requirements.txt`.
#[must_use]
pub fn python() -> Command {
    let path = std::env::var_os("PHISCAN_PYTHON");
    let path = path.unwrap_or_else(|| {
        panic!("PHISCAN_PYTHON is not set: run `cargo xtask test`, which makes the environment")
    });
    Command::new(path)
}

/// Runs a Python program below `tests/` and gives what it printed; it must end with status 0.
#[must_use]
pub fn python_program(program: &str, arguments: &[&str]) -> String {
    let output = python()
        .arg(root().join("tests").join(program))
        .args(arguments)
        .output()
        .unwrap();
    let run = Run::from(output);
    assert_eq!(run.status, 0, "{program}: {}{}", run.stdout, run.stderr);
    run.stdout
}

/// Peak resident memory of a command in MiB, with how it ended.
///
/// Measured by a parent process of its own, because the kernel keeps one maximum for all children.
#[must_use]
pub fn peak_memory_mib(command: &Command) -> (u64, Run) {
    const MEASURE: &str = "import resource,subprocess,sys\n\
        status=subprocess.run(sys.argv[1:]).returncode\n\
        sys.stderr.write('\\npeak-kib %d\\n' % resource.getrusage(resource.RUSAGE_CHILDREN).ru_maxrss)\n\
        sys.exit(status)";
    let mut outer = python();
    outer
        .args(["-c", MEASURE])
        .arg(command.get_program())
        .args(command.get_args());
    if let Some(folder) = command.get_current_dir() {
        outer.current_dir(folder);
    }
    for (name, value) in command.get_envs() {
        match value {
            Some(value) => outer.env(name, value),
            None => outer.env_remove(name),
        };
    }
    let run = Run::from(outer.output().unwrap());
    let kib = run
        .stderr
        .lines()
        .filter_map(|line| line.strip_prefix("peak-kib "))
        .next_back();
    let kib: u64 = kib
        .unwrap_or_else(|| panic!("no measure: {}", run.stderr))
        .parse()
        .unwrap();
    (kib / 1024, run)
}

/// Runs a command whose standard output is a terminal of that many columns; standard error stays a
/// pipe. Line ends are given as the program wrote them.
#[must_use]
pub fn on_terminal(command: &Command, columns: u16) -> Run {
    const TERMINAL: &str = "import fcntl,os,pty,struct,subprocess,sys,tempfile,termios\n\
        main,side=pty.openpty()\n\
        size=struct.pack('HHHH',40,int(sys.argv[1]),0,0)\n\
        fcntl.ioctl(side,termios.TIOCSWINSZ,size)\n\
        errors=tempfile.TemporaryFile()\n\
        child=subprocess.Popen(sys.argv[2:],stdin=subprocess.DEVNULL,stdout=side,stderr=errors)\n\
        os.close(side)\n\
        shown=b''\n\
        while True:\n\
        \x20   try: piece=os.read(main,65536)\n\
        \x20   except OSError: break\n\
        \x20   if not piece: break\n\
        \x20   shown+=piece\n\
        status=child.wait()\n\
        errors.seek(0)\n\
        sys.stdout.buffer.write(shown.replace(b'\\r\\n',b'\\n'))\n\
        sys.stderr.buffer.write(errors.read())\n\
        sys.exit(status)";
    let mut outer = python();
    outer
        .args(["-c", TERMINAL, &columns.to_string()])
        .arg(command.get_program())
        .args(command.get_args())
        .env_remove("COLUMNS");
    if let Some(folder) = command.get_current_dir() {
        outer.current_dir(folder);
    }
    for (name, value) in command.get_envs() {
        match value {
            Some(value) => outer.env(name, value),
            None => outer.env_remove(name),
        };
    }
    outer.output().unwrap().into()
}
