//! `samsyn verify-evidence`: whatever becomes of the files is found.

use std::{
    fs,
    path::PathBuf,
    process::{Command, Output},
};

use crate::harness::{BINARY, Folder};

fn verify(folder: &Folder) -> Output {
    Command::new(BINARY)
        .args(["verify-evidence", "--database", &folder.records.url()])
        .arg("--data")
        .arg(folder.path())
        .output()
        .expect("the binary runs")
}

/// Some file of evidence in the folder.
fn a_file(folder: &Folder) -> PathBuf {
    let owners = fs::read_dir(folder.path().join("evidence")).expect("the store");
    owners
        .flatten()
        .filter(|owner| owner.file_name() != "incoming")
        .flat_map(|owner| fs::read_dir(owner.path()).expect("an owner's files"))
        .flatten()
        .map(|file| file.path())
        .next()
        .expect("the world has files")
}

/// Does something to a file, and expects that one to be named, with this.
fn is_found(damage: impl FnOnce(&PathBuf), problem: &str) {
    let folder = Folder::copy();
    let file = a_file(&folder);
    damage(&file);
    let verdict = verify(&folder);
    let said = String::from_utf8_lossy(&verdict.stdout);
    assert_eq!(verdict.status.code(), Some(1), "{said}");
    let hash = file.file_name().expect("a name").to_string_lossy();
    let line = said.lines().find(|line| line.contains(&*hash));
    let line = line.unwrap_or_else(|| panic!("{hash} is named: {said}"));
    assert!(line.ends_with(problem), "{line}");
    let summary = String::from_utf8_lossy(&verdict.stderr);
    assert!(
        summary.contains("files are missing or altered"),
        "{summary}"
    );
}

#[test]
fn files_that_nobody_touched_are_whole() {
    let folder = Folder::copy();
    let verdict = verify(&folder);
    let said = String::from_utf8_lossy(&verdict.stdout);
    let problem = String::from_utf8_lossy(&verdict.stderr);
    assert!(verdict.status.success(), "{said}{problem}");
    assert!(
        said.starts_with("Evidence: ") && said.ends_with("bytes: whole\n"),
        "{said}"
    );
    assert!(!said.contains(" 0 files"), "{said}");
}

#[test]
fn one_that_was_altered_lengthened_or_lost_is_named() {
    is_found(
        |file| {
            let mut bytes = fs::read(file).expect("its bytes");
            bytes[0] ^= 1;
            fs::write(file, bytes).expect("it is written");
        },
        "altered",
    );
    is_found(
        |file| {
            let mut bytes = fs::read(file).expect("its bytes");
            bytes.push(0);
            fs::write(file, bytes).expect("it is written");
        },
        "by its length",
    );
    is_found(
        |file| fs::remove_file(file).expect("it is removed"),
        "missing",
    );
}

#[test]
fn nothing_is_called_whole_that_is_not_there() {
    let folder = tempfile::tempdir().expect("a folder");
    let verdict = Command::new(BINARY)
        .args(["verify-evidence", "--data"])
        .arg(folder.path())
        .output()
        .expect("the binary runs");
    let problem = String::from_utf8_lossy(&verdict.stderr);
    assert_eq!(verdict.status.code(), Some(1), "{problem}");
    assert!(problem.contains("there is no database"), "{problem}");
}
