//! The world of `samsyn demo`: two municipalities, three suppliers, and a year of what they did
//! together, up to yesterday.
//!
//! What always holds:
//! - The world is made through the public API ([`world`]), by people with roles, on a clock that is
//!   moved through the year ([`timeline`]): nothing in it could not have happened.
//! - It is the same at every making but for its dates: titles, texts and states follow from this code,
//!   identifiers and tokens from a seed.
//! - Every state of every state machine, every kind of deadline and every role of every organisation
//!   occurs; the tests below see to it.
//!
//! Municipalities, companies and people are invented ([`people`]). To add something that happens, write
//! a story in the part that it belongs to and name it in [`make`].

mod administration;
mod evidence;
mod forum;
pub mod guide;
mod paper;
pub mod people;
mod request;
mod risk;
mod timeline;
mod world;

use anyhow::Result;
use chrono::{DateTime, Utc};

use self::{
    people::Cast,
    timeline::{Story, Timeline},
    world::World,
};
use crate::{app::App, clock::Clock};

/// From what identifiers and tokens follow.
const SEED: u64 = 20_220_131;

/// A clock to open the app with in which the world is to be made.
#[must_use]
pub fn clock(now: DateTime<Utc>) -> Clock {
    Clock::fixed(now, SEED)
}

/// Makes the world in an app whose database is empty and whose [`clock`] stands at the present. When
/// it is made, the clock stands there again.
///
/// # Errors
/// When something that happens in it is refused.
pub async fn make(app: &App) -> Result<Cast> {
    let clock = app.door.clock().clone();
    let now = clock.now();
    let timeline = Timeline::new(clock.clone());
    clock.set(timeline.time(-380, 7 * 60));
    let (cast, people) = people::let_in(&app.door, now).await?;
    let world = World::new(app.clone(), timeline, people);
    let mut stories: Vec<Story<'_>> = vec![
        Box::pin(administration::agreements(&world)),
        Box::pin(administration::an_agreement_ends(&world)),
        Box::pin(administration::somebody_comes_and_goes(&world)),
        Box::pin(administration::tokens_end(&world)),
    ];
    stories.extend(evidence::stories(&world));
    stories.extend(request::stories(&world));
    stories.extend(risk::stories(&world));
    stories.extend(forum::stories(&world));
    world.timeline.tell(stories).await?;
    clock.set(now);
    Ok(cast)
}

/// One of several, by any number: texts vary without chance.
fn pick<T: Copy>(from: &[T], number: usize) -> T {
    from[number % from.len()]
}

#[cfg(test)]
mod tests;
