use std::time::Instant;

use tempfile::TempDir;

use super::*;
use crate::config::{Database, Evidence, Settings};

/// An app with an empty database in a folder.
async fn app(folder: &TempDir, now: &str) -> App {
    let settings = Settings {
        database: Database {
            url: Database::url_in(folder.path()),
            ..Database::default()
        },
        evidence: Evidence {
            url: Evidence::url_in(folder.path()),
            ..Evidence::default()
        },
        ..Settings::default()
    };
    let base = "http://127.0.0.1:8080".parse().expect("a URL");
    let now = now.parse().expect("a time");
    App::open(&settings, base, clock(now))
        .await
        .expect("an app")
}

#[tokio::test]
async fn the_world_can_be_made() {
    let folder = TempDir::new().expect("a folder");
    let app = app(&folder, "2026-11-24T09:00:00Z").await;
    let begun = Instant::now();
    make(&app).await.expect("a world");
    eprintln!(
        "made in {:?} with {} statements",
        begun.elapsed(),
        app.door.statements()
    );
}
