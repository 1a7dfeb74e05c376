//! Places for what goes on at the same time in this process.
//!
//! What always holds: each holder has so many at the most, and all of them together may be bounded too, so
//! that nobody takes the places of all. A place is free again when it is dropped, however what went on ended.
//! Only holders that have taken one are remembered.

use std::{
    collections::HashMap,
    hash::Hash,
    sync::{Arc, Mutex, MutexGuard, PoisonError},
};

/// So many places for each holder, and so many in all. Clones share them.
#[derive(Clone)]
pub(crate) struct Places<K> {
    of_one: usize,
    of_all: usize,
    taken: Taken<K>,
}

/// A place that is taken until it is dropped.
#[derive(Debug)]
pub(crate) struct Place<K: Hash + Eq> {
    of: K,
    taken: Taken<K>,
}

#[derive(Debug)]
struct Taken<K>(Arc<Mutex<HashMap<K, usize>>>);

impl<K> Clone for Taken<K> {
    fn clone(&self) -> Self {
        Self(self.0.clone())
    }
}

impl<K> Taken<K> {
    fn locked(&self) -> MutexGuard<'_, HashMap<K, usize>> {
        self.0.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

impl<K: Hash + Eq + Copy> Places<K> {
    /// So many for each holder.
    pub(crate) fn new(of_one: usize) -> Self {
        Self {
            of_one,
            of_all: usize::MAX,
            taken: Taken(Arc::default()),
        }
    }

    /// The same, but so many in all.
    pub(crate) fn within(self, of_all: usize) -> Self {
        Self { of_all, ..self }
    }

    /// A place, if there is one left.
    pub(crate) fn take(&self, of: K) -> Option<Place<K>> {
        let mut taken = self.taken.locked();
        let own = taken.get(&of).copied().unwrap_or_default();
        if own >= self.of_one || (self.of_all < usize::MAX && sum(&taken) >= self.of_all) {
            return None;
        }
        taken.insert(of, own + 1);
        let taken = self.taken.clone();
        Some(Place { of, taken })
    }
}

fn sum<K>(taken: &HashMap<K, usize>) -> usize {
    taken.values().sum()
}

impl<K: Hash + Eq> Drop for Place<K> {
    fn drop(&mut self) {
        let mut taken = self.taken.locked();
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
    fn nobody_takes_the_places_of_all() {
        let places = Places::new(2).within(3);
        let _own = [places.take(1), places.take(1)].map(|place| place.expect("a place"));
        assert!(places.take(1).is_none());
        let other = places.take(2).expect("a place");
        assert!(places.take(3).is_none(), "there are three in all");
        drop(other);
        assert!(places.clone().take(3).is_some());
    }

    #[test]
    fn who_has_no_place_is_not_remembered() {
        let places = Places::new(2);
        drop((places.take(1), places.take(1), places.take(2)));
        assert!(places.taken.locked().is_empty());
    }
}
