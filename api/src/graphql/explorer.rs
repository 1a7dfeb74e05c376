//! The explorer: GraphiQL in a page, for `demo` only, as it comes from a CDN.
//!
//! The scripts are pinned by version and by hash. Where the CDN cannot be reached the page says so
//! and names what works without it.

use axum::response::Html;

/// The page, for an API at these paths.
pub fn page(graphql_path: &str, subscriptions_path: &str) -> Html<String> {
    let page = include_str!("explorer.html")
        .replace("{{graphql}}", &attribute(graphql_path))
        .replace("{{subscriptions}}", &attribute(subscriptions_path));
    Html(page)
}

fn attribute(text: &str) -> String {
    text.replace('&', "&amp;")
        .replace('"', "&quot;")
        .replace('<', "&lt;")
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn names_the_paths_and_pins_what_it_loads() {
        let Html(page) = page("/graphql", "/\"><script>");
        assert!(page.contains("<title>Samsyn explorer</title>"));
        assert!(page.contains("data-graphql=\"/graphql\""));
        assert!(page.contains("data-subscriptions=\"/&quot;>&lt;script>\""));
        assert!(!page.contains("{{"));
        let loaded = page.matches("https://cdn.jsdelivr.net/npm/").count();
        assert_eq!(loaded, page.matches("integrity=\"sha384-").count());
        assert_eq!(loaded, page.matches("crossorigin=\"anonymous\"").count());
    }
}
