//! `api/README.md` lists every code that an error can have, with what it means and what to do.

use std::fs;

use samsyn::error::Code;

const README: &str = concat!(env!("CARGO_MANIFEST_DIR"), "/README.md");

#[test]
fn the_readme_lists_every_code_with_what_to_do() {
    let readme = fs::read_to_string(README).expect("api/README.md");
    let (_, section) = readme
        .split_once("### Errors")
        .expect("a section on errors");
    let (section, _) = section.split_once("\n### ").expect("a section after it");
    let mut listed: Vec<_> = rows(section).collect();
    for (code, rest) in &listed {
        assert!(
            rest.len() == 2 && rest.iter().all(|cell| !cell.is_empty()),
            "{code} says what it means and what to do"
        );
    }
    listed.sort_unstable();
    let listed: Vec<_> = listed.into_iter().map(|(code, _)| code).collect();
    let mut known: Vec<_> = Code::ALL.iter().map(|code| code.as_str()).collect();
    known.sort_unstable();
    assert_eq!(listed, known, "the README lists the codes that there are");
}

/// The rows of the table that begin with a code, with their other cells.
fn rows(section: &str) -> impl Iterator<Item = (&str, Vec<&str>)> {
    section.lines().filter_map(|line| {
        let row = line.strip_prefix("| `")?.strip_suffix('|')?;
        let mut cells = row.split(" | ").map(str::trim);
        let code = cells.next()?.strip_suffix('`')?;
        Some((code, cells.collect()))
    })
}
