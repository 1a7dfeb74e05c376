"""What no answer may tell."""

import re

# What belongs to the service's insides: sources, libraries, statements, panics, folders.
INSIDES = re.compile(
    rb"panicked|RUST_BACKTRACE|thread '|\.rs:\d|\.rs\b|async[_-]graphql|apollo[_-]compiler|sea[_-]orm|sqlx|tokio|serde|hyper::|alloc::|core::|std::"
    rb"|SELECT .{0,200} FROM |INSERT INTO|SQLSTATE|near \"|/(?:root|home|tmp|var|usr|work|etc)/|Option<|Vec<|Result<|&str|unwrap|called `",
)
