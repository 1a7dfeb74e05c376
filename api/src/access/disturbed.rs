//! What met others on PostgreSQL and was undone ([`Error::Disturbed`](crate::Error::Disturbed)): how often it is
//! tried again, and when.

use std::time::Duration;

use rand::Rng;

/// How long is waited before each further try, at the most.
const PAUSES: [Duration; 5] = [
    Duration::from_millis(10),
    Duration::from_millis(40),
    Duration::from_millis(100),
    Duration::from_millis(200),
    Duration::from_millis(400),
];

/// The pauses before each further try: they grow, and are not the same for two that met.
pub fn pauses() -> impl Iterator<Item = Duration> {
    PAUSES
        .into_iter()
        .map(|most| most.mul_f64(rand::rng().random_range(0.5..1.0)))
}
