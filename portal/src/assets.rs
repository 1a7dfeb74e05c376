//! Style sheet, scripts and pictures: part of the program, and kept by browsers for as long as they stay the same.

use std::{
    hash::{DefaultHasher, Hash, Hasher},
    sync::LazyLock,
};

use axum::{
    extract::Path,
    http::{StatusCode, header},
    response::{IntoResponse, Response},
};

const STYLE: &str = "text/css; charset=utf-8";
const SCRIPT: &str = "text/javascript; charset=utf-8";

macro_rules! assets {
    ($($name:literal: $kind:expr, [$($part:literal),*];)*) => {
        /// Name, type and text of each, put together of its parts.
        const ASSETS: &[(&str, &str, &str)] = &[$(($name, $kind, concat!($(include_str!(concat!("../assets/", $part))),*))),*];
    };
}

assets! {
    "portal.css": STYLE, ["style/base.css", "style/evidence.css", "style/risk.css", "style/forum.css", "style/administration.css"];
    "portal.js": SCRIPT, ["portal.js"];
    "live.js": SCRIPT, ["live.js"];
    "upload.js": SCRIPT, ["upload.js"];
    "meeting.js": SCRIPT, ["meeting.js"];
    "icon.svg": "image/svg+xml", ["icon.svg"];
}

/// The documents that stand in the scripts.
pub const SENT_BY_SCRIPTS: [&str; 2] = [
    "subscription Live { events { position } }",
    "mutation ($input: CreateEvidenceUploadInput!) { createEvidenceUpload(input: $input) { url } }",
];

/// What tells one version of the assets from the next.
static VERSION: LazyLock<String> = LazyLock::new(|| {
    let mut hasher = DefaultHasher::new();
    ASSETS.hash(&mut hasher);
    format!("{:016x}", hasher.finish())
});

/// Where an asset is.
pub fn address(name: &str) -> String {
    format!("/assets/{}/{name}", *VERSION)
}

/// Gives out an asset. One of another version is given as it is now, and not kept.
pub async fn give(Path((version, name)): Path<(String, String)>) -> Response {
    let Some((_, kind, text)) = ASSETS.iter().find(|(known, ..)| *known == name) else {
        return StatusCode::NOT_FOUND.into_response();
    };
    let kept = match version == *VERSION {
        true => "public, max-age=31536000, immutable",
        false => "no-cache",
    };
    (
        [(header::CONTENT_TYPE, *kind), (header::CACHE_CONTROL, kept)],
        *text,
    )
        .into_response()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_documents_of_the_scripts_are_known() {
        for document in SENT_BY_SCRIPTS {
            let quoted = format!("\"{document}\"");
            let found = ASSETS
                .iter()
                .filter(|(.., text)| text.contains(&quoted))
                .count();
            assert_eq!(found, 1, "{document}");
        }
    }
}
