//! Which media type answers a request, after its `Accept` header.

use http::{HeaderMap, header::ACCEPT};
use mime::Mime;

/// The two media types of GraphQL over HTTP.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Media {
    /// `application/graphql-response+json`: the status tells a request error.
    GraphQl,
    /// `application/json`: for clients that expect 200 whenever GraphQL answers.
    Json,
}

/// How well a media type fits: the quality asked for, then how precisely it was named, then ours.
type Fit = (u16, u8, bool);

impl Media {
    pub(super) fn content_type(self) -> &'static str {
        match self {
            Self::GraphQl => "application/graphql-response+json; charset=utf-8",
            Self::Json => "application/json; charset=utf-8",
        }
    }

    /// The best of the two; nothing if the client accepts neither.
    pub(super) fn negotiate(headers: &HeaderMap) -> Option<Self> {
        let ranges = ranges(headers);
        if !headers.contains_key(ACCEPT) {
            return Some(Self::Json);
        }
        let fits = [Self::GraphQl, Self::Json].map(|media| (media.fit(&ranges), media));
        let best = fits.into_iter().max_by_key(|(fit, _)| *fit)?;
        best.0.filter(|(quality, ..)| *quality > 0).map(|_| best.1)
    }

    /// The most precise range that names this media type decides.
    fn fit(self, ranges: &[Mime]) -> Option<Fit> {
        let (precision, quality) = ranges
            .iter()
            .filter_map(|range| Some((self.precision(range)?, quality(range))))
            .max()?;
        // Named equally, the newer type wins; where any will do, the one that all clients read.
        let preferred = (self == Self::GraphQl) == (precision == 2);
        Some((quality, precision, preferred))
    }

    fn precision(self, range: &Mime) -> Option<u8> {
        match (self, range.essence_str()) {
            (_, "*/*") => Some(0),
            (_, "application/*") => Some(1),
            (Self::GraphQl, "application/graphql-response+json")
            | (Self::Json, "application/json") => Some(2),
            _ => None,
        }
    }
}

fn ranges(headers: &HeaderMap) -> Vec<Mime> {
    headers
        .get_all(ACCEPT)
        .iter()
        .flat_map(|value| value.to_str().unwrap_or_default().split(','))
        .filter_map(|range| range.trim().parse().ok())
        .collect()
}

/// Whether a request accepts server-sent events.
pub(super) fn accepts_events(headers: &HeaderMap) -> bool {
    let precision = |range: &Mime| match range.essence_str() {
        "*/*" => Some(0),
        "text/*" => Some(1),
        "text/event-stream" => Some(2),
        _ => None,
    };
    let ranges = ranges(headers);
    let fitting = ranges
        .iter()
        .filter_map(|range| Some((precision(range)?, quality(range))));
    fitting
        .max()
        .map_or(!headers.contains_key(ACCEPT), |(_, quality)| quality > 0)
}

/// The weight of a range in thousandths.
fn quality(range: &Mime) -> u16 {
    let Some(weight) = range.get_param("q") else {
        return 1000;
    };
    let (whole, fraction) = weight
        .as_str()
        .split_once('.')
        .unwrap_or((weight.as_str(), ""));
    match whole {
        "1" => 1000,
        "0" => format!("{fraction:0<3}")
            .get(..3)
            .and_then(|digits| digits.parse().ok())
            .unwrap_or(0),
        _ => 0,
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn negotiated(accept: &str) -> Option<Media> {
        let mut headers = HeaderMap::new();
        headers.insert(ACCEPT, accept.parse().expect("a header value"));
        Media::negotiate(&headers)
    }

    #[test]
    fn follows_names_and_weights() {
        use Media::{GraphQl, Json};
        for (accept, media) in [
            ("*/*", Some(Json)),
            ("application/*", Some(Json)),
            ("application/json", Some(Json)),
            ("application/json; charset=utf-8", Some(Json)),
            ("application/graphql-response+json", Some(GraphQl)),
            (
                "application/graphql-response+json,application/json;q=0.9",
                Some(GraphQl),
            ),
            (
                "application/json, application/graphql-response+json",
                Some(GraphQl),
            ),
            (
                "application/graphql-response+json;q=0.5, application/json;q=0.51",
                Some(Json),
            ),
            ("application/graphql-response+json;q=0, */*", Some(Json)),
            ("application/json;q=0, */*;q=0.1", Some(GraphQl)),
            ("text/html, application/json;q=0.001", Some(Json)),
            ("text/html", None),
            ("application/json;q=0", None),
            ("nonsense", None),
        ] {
            assert_eq!(negotiated(accept), media, "{accept}");
        }
        assert_eq!(Media::negotiate(&HeaderMap::new()), Some(Json));
    }

    #[test]
    fn events_are_accepted_by_name_and_by_any_range_that_holds_them() {
        for (accept, accepted) in [
            ("text/event-stream", true),
            ("Text/Event-Stream; charset=utf-8", true),
            ("application/json;q=0.9, text/*;q=0.1", true),
            ("*/*", true),
            ("text/event-stream;q=0, */*", false),
            ("application/json, application/graphql-response+json", false),
            ("nonsense", false),
        ] {
            let mut headers = HeaderMap::new();
            headers.insert(ACCEPT, accept.parse().expect("a header value"));
            assert_eq!(accepts_events(&headers), accepted, "{accept}");
        }
        assert!(accepts_events(&HeaderMap::new()));
    }
}
