//! A person's calendar for other programs to follow: the meetings of the forums they see, what they have to do by when,
//! and what is about to run out.
//!
//! What always holds:
//! - The secret in the address is all that a calendar program has. It opens the calendar and nothing else, is made by
//!   the person it stands for (`token`), and ends after a year, when it is revoked, or when the person may no longer act.
//! - The person's roles are read anew whenever the calendar is: it holds what they may read at that moment, and no more.
//! - An address that works no longer is like one that never did.

pub mod http;
mod read;
