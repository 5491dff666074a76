//! A directory of its own in which the binary runs.

use std::{
    io::Write,
    path::{Path, PathBuf},
    process::{Command, Stdio},
};

use serde_json::Value;
use tempfile::TempDir;

/// A place to run in; it goes when the test ends.
pub struct House {
    dir: TempDir,
}

/// What came of a run.
#[derive(Debug)]
pub struct Ran {
    pub code: i32,
    pub out: String,
    pub err: String,
}

/// A file or folder below `tests/fixtures/handbook`.
pub fn fixture(name: &str) -> PathBuf {
    Path::new(env!("CARGO_MANIFEST_DIR")).join("tests/fixtures/handbook").join(name)
}

impl House {
    /// With nothing in it.
    pub fn empty() -> House {
        House { dir: tempfile::tempdir().expect("a directory for the test") }
    }

    /// Set up, with somebody of each side who may sign.
    pub fn with_people() -> House {
        let house = House::empty();
        house.ok(&["init", "--name", "Harrow & Finch", "--currency", "EUR", "--zone", "UTC"]);
        for (name, email, role) in [
            ("Olu Ops", "olu@harrow-finch.example", "operations"),
            ("Mara Dee", "mara@harrow-finch.example", "marketing_manager"),
            ("Sam Roe", "sam@harrow-finch.example", "sales_manager"),
        ] {
            house.ok(&["user", "add", "--name", name, "--email", email, "--role", role]);
        }
        house
    }

    /// The same with version 1 in force; its hash.
    pub fn with_agreement() -> (House, String) {
        let house = House::with_people();
        let folder = fixture("agreement").display().to_string();
        let hash = house.json(&["agreement", "propose", &folder])["hash"].clone();
        let hash = hash.as_str().expect("a hash").to_owned();
        for email in ["mara@harrow-finch.example", "sam@harrow-finch.example"] {
            house.ok(&["agreement", "sign", "1", "--hash", &hash, "--by", email, "--yes"]);
        }
        (house, hash)
    }

    /// A path in it.
    pub fn path(&self, name: &str) -> PathBuf {
        self.dir.path().join(name)
    }

    /// Runs the binary.
    pub fn run(&self, args: &[&str]) -> Ran {
        self.run_with(args, "")
    }

    /// Runs the binary with something on stdin.
    pub fn run_with(&self, args: &[&str], input: &str) -> Ran {
        let mut child = Command::new(env!("CARGO_BIN_EXE_lockstep"))
            .args(args)
            .current_dir(self.dir.path())
            .env_remove("LOCKSTEP_DATABASE")
            .env_remove("LOCKSTEP_DATA_DIR")
            .stdin(Stdio::piped())
            .stdout(Stdio::piped())
            .stderr(Stdio::piped())
            .spawn()
            .expect("the binary runs");
        let mut stdin = child.stdin.take().expect("stdin is piped");
        // A run that does not read its input may have ended before all of it is written.
        let _ = stdin.write_all(input.as_bytes());
        drop(stdin);
        let done = child.wait_with_output().expect("the binary ends");
        let text = |bytes| String::from_utf8(bytes).expect("text");
        Ran {
            code: done.status.code().expect("an exit code"),
            out: text(done.stdout),
            err: text(done.stderr),
        }
    }

    /// What a run says that ends well.
    pub fn ok(&self, args: &[&str]) -> String {
        let ran = self.run(args);
        assert_eq!((ran.code, ran.err.as_str()), (0, ""), "{args:?}: {ran:?}");
        ran.out
    }

    /// The JSON object of a run that ends well.
    pub fn json(&self, args: &[&str]) -> Value {
        let text = self.ok(&[args, &["--json"]].concat());
        assert_eq!(text.lines().count(), 1, "{text}");
        serde_json::from_str(&text).expect("one JSON object")
    }

    /// What a run says that is refused with `code`; nothing is on stdout.
    pub fn refused(&self, code: i32, args: &[&str]) -> String {
        let ran = self.run(args);
        assert_eq!((ran.code, ran.out.as_str()), (code, ""), "{args:?}: {ran:?}");
        assert!(ran.err.starts_with("error: "), "{ran:?}");
        ran.err
    }

    /// The error object of a run that is refused with `code`; nothing is on stderr.
    pub fn error(&self, code: i32, args: &[&str]) -> Value {
        let ran = self.run(&[args, &["--json"]].concat());
        assert_eq!((ran.code, ran.err.as_str()), (code, ""), "{args:?}: {ran:?}");
        let object: Value = serde_json::from_str(&ran.out).expect("one JSON object");
        object["error"].clone()
    }
}

/// That `text` has every one of `parts`.
pub fn says(text: &str, parts: &[&str]) {
    for part in parts {
        assert!(text.contains(part), "{part:?} is not in\n{text}");
    }
}
