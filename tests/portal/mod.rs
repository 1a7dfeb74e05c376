//! The portal as people use it: in a real browser (Chromium), by what they see and where they click, against the real binary.
//!
//! Whatever page a test comes to, [`Browser`] also sees to what always holds: nothing is wrong in its console, nothing is
//! refused by its content security policy, and nothing is fetched from another host.
//!
//! These tests need Chromium and its driver. `tests/run` installs both, or leaves the tests out and says so; those that need
//! the packages of `tests/clients`, too, are in `accessible`.

mod accessible;
mod browser;
mod days;
mod driver;
mod forms;
mod isolation;
mod keyboard;
mod layout;
mod live;
mod meeting;
mod pages;
mod story;
mod upload;

use browser::{Browser, Kind};

/// A day some days from now, as a field of a form takes it.
fn in_days(days: i64) -> String {
    let day = chrono::Utc::now().date_naive() + chrono::TimeDelta::days(days);
    day.to_string()
}
