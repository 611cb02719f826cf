//! What is kept in memory so that it need not be asked for again.
//!
//! A request asks some hundred times, so asking must cost next to nothing: docs/decisions/0027.

use quick_cache::Weighter;
use std::hash::Hash;
use std::time::{Duration, Instant};

/// Keys and values, the least useful of which go when there are too many. Cheap to ask, also from many threads at once;
/// values are cloned, so they are mostly `Arc`s.
pub struct Cache<K, V> {
    kept: quick_cache::sync::Cache<K, Kept<V>, Weigh<K, V>>,
    life: Option<Duration>,
}

#[derive(Clone)]
struct Kept<V> {
    value: V,
    /// None if it may stay for as long as there is room.
    until: Option<Instant>,
}

/// What an entry takes of the room.
struct Weigh<K, V>(fn(&K, &V) -> usize);

impl<K, V> Clone for Weigh<K, V> {
    fn clone(&self) -> Self {
        Self(self.0)
    }
}

impl<K, V> Weighter<K, Kept<V>> for Weigh<K, V> {
    fn weight(&self, key: &K, kept: &Kept<V>) -> u64 {
        // What weighs nothing would never go.
        u64::try_from((self.0)(key, &kept.value))
            .unwrap_or(u64::MAX)
            .max(1)
    }
}

/// Bytes that an entry of a cache of bytes is thought to take: how many fit decides how many parts there are, each with
/// room and a lock of its own.
const USUAL: u64 = 2 * 1024;

impl<K: Eq + Hash + Clone, V: Clone> Cache<K, V> {
    /// A cache of at most so many entries.
    #[must_use]
    pub fn of_entries(most: u64) -> Self {
        Self::with(most, most, |_, _| 1)
    }

    /// A cache of entries that take at most `room` bytes, as `weigh` says of each. It has four parts for each processor, and what
    /// takes more than a part is not kept: for small entries.
    #[must_use]
    pub fn of_bytes(room: u64, weigh: fn(&K, &V) -> usize) -> Self {
        Self::with(room / USUAL, room, weigh)
    }

    /// As [`Cache::of_bytes`], in two parts: for entries of which some take megabytes.
    #[must_use]
    pub fn of_large(room: u64, weigh: fn(&K, &V) -> usize) -> Self {
        Self::with(64, room, weigh)
    }

    fn with(entries: u64, room: u64, weigh: fn(&K, &V) -> usize) -> Self {
        let entries = usize::try_from(entries).unwrap_or(usize::MAX);
        Self {
            kept: quick_cache::sync::Cache::with_weighter(entries, room, Weigh(weigh)),
            life: None,
        }
    }

    /// The same, whose entries are given out no more that long after they came. They go when they are asked for, when there is
    /// no room, or with [`Cache::forget_ended`].
    #[must_use]
    pub fn living(self, life: Duration) -> Self {
        Self {
            life: Some(life),
            ..self
        }
    }

    /// What is kept of it.
    pub fn get<Q>(&self, key: &Q) -> Option<V>
    where
        Q: Hash + quick_cache::Equivalent<K> + ?Sized,
    {
        let kept = self.kept.get(key)?;
        if kept.until.is_some_and(|until| Instant::now() >= until) {
            let ended = |kept: &Kept<V>| kept.until.is_some_and(|until| Instant::now() >= until);
            self.kept.remove_if(key, ended);
            return None;
        }
        Some(kept.value)
    }

    /// What is kept of it, or else what `make` gives: once for all who ask at the same time.
    pub fn get_with<Q>(&self, key: &Q, make: impl FnOnce() -> V) -> V
    where
        Q: Hash + quick_cache::Equivalent<K> + ToOwned<Owned = K> + ?Sized,
    {
        if let Some(value) = self.get(key) {
            return value;
        }
        let made = self
            .kept
            .get_or_insert_with::<Q, std::convert::Infallible>(key, || Ok(self.keeping(make())));
        let Ok(kept) = made;
        kept.value
    }

    /// Keeps it in the place of what was kept.
    pub fn insert(&self, key: K, value: V) {
        self.kept.insert(key, self.keeping(value));
    }

    fn keeping(&self, value: V) -> Kept<V> {
        Kept {
            value,
            until: self.life.map(|life| Instant::now() + life),
        }
    }

    /// Forgets it.
    pub fn forget<Q>(&self, key: &Q)
    where
        Q: Hash + quick_cache::Equivalent<K> + ?Sized,
    {
        self.kept.remove(key);
    }

    /// Forgets each that is `so`.
    pub fn forget_each(&self, so: impl Fn(&K, &V) -> bool) {
        self.kept.retain(|key, kept| !so(key, &kept.value));
    }

    /// Forgets what has outlived its life.
    pub fn forget_ended(&self) {
        let now = Instant::now();
        self.kept
            .retain(|_, kept| kept.until.is_none_or(|until| now < until));
    }

    /// Forgets everything.
    pub fn forget_all(&self) {
        self.kept.clear();
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use std::sync::Barrier;
    use std::sync::atomic::{AtomicUsize, Ordering};
    use std::thread;

    #[test]
    fn there_is_an_end_to_what_is_kept() {
        let few = Cache::of_entries(100);
        for n in 0..10_000_u32 {
            few.insert(n, n);
        }
        let kept = (0..10_000).filter(|n| few.get(n).is_some()).count();
        assert!((1..=100).contains(&kept), "{kept}");

        let heavy = Cache::of_bytes(1024 * 1024, |_: &u32, bytes: &usize| *bytes);
        for n in 0..10_000_u32 {
            heavy.insert(n, 10_000);
        }
        let kept = (0..10_000).filter(|n| heavy.get(n).is_some()).count();
        assert!((1..=104).contains(&kept), "{kept}");
    }

    #[test]
    fn what_is_forgotten_is_gone() {
        let cache = Cache::of_entries(100);
        for n in 0..10_u32 {
            cache.insert(n, n * 2);
        }
        cache.forget(&1);
        cache.forget_each(|key, value| *key == 2 || *value == 6);
        assert_eq!(
            [0, 1, 2, 3, 4].map(|n| cache.get(&n)),
            [Some(0), None, None, None, Some(8)]
        );
        cache.forget_all();
        assert!((0..10).all(|n| cache.get(&n).is_none()));
    }

    #[test]
    fn lives_end() {
        // Lives are counted by the clock of the machine, which no test can turn.
        let cache = Cache::of_entries(100).living(Duration::from_millis(20));
        cache.insert("a".to_owned(), 1);
        assert_eq!(cache.get("a"), Some(1));
        thread::sleep(Duration::from_millis(30));
        assert_eq!(cache.get("a"), None);
        cache.insert("b".to_owned(), 1);
        thread::sleep(Duration::from_millis(30));
        cache.forget_ended();
        assert_eq!(cache.kept.len(), 0);
        assert_eq!(cache.get_with("a", || 2), 2);
        assert_eq!(cache.get("a"), Some(2));
    }

    #[test]
    fn one_is_made_for_all() {
        let (cache, made, begin) = (Cache::of_entries(100), AtomicUsize::new(0), Barrier::new(8));
        let ask = || {
            begin.wait();
            cache.get_with(&7, || made.fetch_add(1, Ordering::Relaxed))
        };
        let values = thread::scope(|scope| {
            let asking: Vec<_> = (0..8).map(|_| scope.spawn(ask)).collect();
            asking
                .into_iter()
                .map(|one| one.join().unwrap())
                .collect::<Vec<_>>()
        });
        assert_eq!(values, [0; 8]);
    }
}
