//! How many uploads go on at the same time, in this process: each holds memory, and none may keep the
//! others waiting.

use std::{
    collections::HashMap,
    sync::{Arc, Mutex, PoisonError},
};

use uuid::Uuid;

/// How many uploads go on at the same time; each holds some 10 MiB of memory.
const UPLOADS: usize = 16;
/// How many of them one organisation may have, so that none keeps the others waiting.
const UPLOADS_OF_ONE: usize = 4;

/// The uploads under way, by organisation.
#[derive(Clone, Default)]
pub(super) struct Places(Arc<Mutex<HashMap<Uuid, usize>>>);

/// A place among the uploads under way, until it is dropped.
pub(super) struct Place {
    of: Uuid,
    among: Places,
}

impl Places {
    /// A place for the organisation, if there is one.
    pub(super) fn take(&self, of: Uuid) -> Option<Place> {
        let mut taken = self.0.lock().unwrap_or_else(PoisonError::into_inner);
        let own = taken.get(&of).copied().unwrap_or_default();
        if own >= UPLOADS_OF_ONE || taken.values().sum::<usize>() >= UPLOADS {
            return None;
        }
        taken.insert(of, own + 1);
        Some(Place {
            of,
            among: self.clone(),
        })
    }
}

impl Drop for Place {
    fn drop(&mut self) {
        let mut taken = self.among.0.lock().unwrap_or_else(PoisonError::into_inner);
        match taken.get_mut(&self.of) {
            Some(own) if *own > 1 => *own -= 1,
            _ => {
                taken.remove(&self.of);
            }
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn nobody_takes_the_places_of_all() {
        let places = Places::default();
        let one = Uuid::from_u128(1);
        let taken: Vec<_> = (0..UPLOADS_OF_ONE).map(|_| places.take(one)).collect();
        assert!(taken.iter().all(Option::is_some));
        assert!(places.take(one).is_none());
        let others: Vec<_> = (2..20)
            .filter_map(|other| places.take(Uuid::from_u128(other)))
            .collect();
        assert_eq!(others.len(), UPLOADS - UPLOADS_OF_ONE);
        drop((taken, others));
        assert!(places.take(one).is_some());
        assert!(places.0.lock().expect("a whole lock").is_empty());
    }
}
