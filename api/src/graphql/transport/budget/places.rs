//! Places for what goes on at the same time, so many for each holder.

use std::{
    collections::HashMap,
    hash::Hash,
    sync::{Arc, Mutex, PoisonError},
};

type Taken<K> = Arc<Mutex<HashMap<K, usize>>>;

/// So many places for each key. Only keys that have taken one are remembered.
pub(crate) struct Places<K> {
    most: usize,
    taken: Taken<K>,
}

/// A place that is taken until it is dropped.
pub(crate) struct Place<K: Hash + Eq> {
    of: K,
    taken: Taken<K>,
}

impl<K: Hash + Eq + Copy> Places<K> {
    pub(crate) fn new(most: usize) -> Self {
        Self {
            most,
            taken: Arc::default(),
        }
    }

    /// A place, if there is one left.
    pub(crate) fn take(&self, of: K) -> Option<Place<K>> {
        let mut taken = self.taken.lock().unwrap_or_else(PoisonError::into_inner);
        let own = taken.get(&of).copied().unwrap_or_default();
        if own >= self.most {
            return None;
        }
        taken.insert(of, own + 1);
        let taken = self.taken.clone();
        Some(Place { of, taken })
    }
}

impl<K: Hash + Eq> Drop for Place<K> {
    fn drop(&mut self) {
        let mut taken = self.taken.lock().unwrap_or_else(PoisonError::into_inner);
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
    fn a_place_is_free_again_when_it_is_dropped() {
        let places = Places::new(2);
        let first = places.take(1).expect("a place");
        let _second = places.take(1).expect("a place");
        assert!(places.take(1).is_none());
        assert!(places.take(2).is_some(), "others have their own");
        drop(first);
        assert!(places.take(1).is_some());
    }

    #[test]
    fn who_has_no_place_is_not_remembered() {
        let places = Places::new(2);
        drop((places.take(1), places.take(1), places.take(2)));
        assert!(places.taken.lock().expect("a whole lock").is_empty());
    }
}
