//! Readers of what strangers send: whatever comes, they end, they do not panic, and they hold what they promise.
//!
//! Each has some hundred random cases, or as many as `PROPTEST_CASES` says. What was found once stands as a test
//! of its own where it belongs. The readers of multipart bodies and of tus headers are tried beside their code
//! too; here they are reached as strangers reach them, through the routes, where a panic is not caught.

mod documents;
mod requests;
